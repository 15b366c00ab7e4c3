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

/** Tokens under stable names; null for none. */
export function tokensJson(tokens: TokenSums | null): object | null {
  if (tokens === null) return null
  const { inputTokens, cachedTokens, outputTokens } = tokens
  return { input_tokens: inputTokens, cached_tokens: cachedTokens, output_tokens: outputTokens }
}

const words: Record<keyof TokenSums, string> = {
  inputTokens: 'tokens in',
  cachedTokens: 'cached',
  outputTokens: 'tokens out',
}
