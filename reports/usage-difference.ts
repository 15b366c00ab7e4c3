import { type TokenSums, usageDifference } from '../pipeline/batch/usage-difference.js'
import { formatCount } from './numbers.js'

/** Where the charges of a batch and the provider's own sum differ, as a phrase; empty when they agree. */
export function describeUsageDifference(charged: TokenSums, reported: TokenSums): string {
  const difference = usageDifference(charged, reported)
  if (!difference) return ''
  const parts = (Object.keys(words) as (keyof TokenSums)[])
    .filter((name) => difference[name] !== 0)
    .map(
      (name) => `${formatCount(charged[name])} ${words[name]} (the provider: ${formatCount(reported[name])})`,
    )
  return `the answers report ${parts.join(', ')}`
}

const words: Record<keyof TokenSums, string> = {
  inputTokens: 'tokens in',
  cachedTokens: 'cached',
  outputTokens: 'tokens out',
}
