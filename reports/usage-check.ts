import type { CheckedBatch } from '../data/records/ledger.js'
import { type TokenSums, usageDifference } from '../pipeline/batch/usage-difference.js'
import { formatCountOf } from './numbers.js'
import { describeUsageDifference, tokensJson } from './usage-difference.js'

/** How the charges of collected batches stand to the provider's own sums over them. */
export type UsageCheck = {
  agreeing: number
  differing: { batch: string; charged: TokenSums; reported: TokenSums }[]
  /** Batches of which the provider gives no sum. */
  unchecked: number
}

/** Holds the charges of batches against the provider's own sums. Pure. */
export function checkUsage({
  checked,
  unchecked,
}: {
  checked: readonly CheckedBatch[]
  unchecked: number
}): UsageCheck {
  const check: UsageCheck = { agreeing: 0, differing: [], unchecked }
  for (const { batch, usage, charged: chargedText } of checked) {
    const reported = JSON.parse(usage) as TokenSums
    const charged = JSON.parse(chargedText) as TokenSums
    if (usageDifference(charged, reported)) check.differing.push({ batch, charged, reported })
    else if (reported.inputTokens + reported.outputTokens === 0) check.unchecked++
    else check.agreeing++
  }
  return check
}

/** The same under stable names. */
export function usageCheckJson({ differing, ...counts }: UsageCheck): object {
  return {
    ...counts,
    differing: differing.map(({ batch, charged, reported }) => ({
      ...{ batch, charged: tokensJson(charged), reported: tokensJson(reported) },
    })),
  }
}

/** The same as sentences, one a line; empty when no batch was collected. */
export function describeUsageCheck({ agreeing, differing, unchecked }: UsageCheck): string[] {
  const batches = (count: number): string => formatCountOf(count, 'batch', 'batches')
  const lines = differing.map(
    ({ batch, charged, reported }) => `${batch}: ${describeUsageDifference(charged, reported)}`,
  )
  if (agreeing > 0) lines.push(`The provider's own sums agree to the token for ${batches(agreeing)}.`)
  if (unchecked > 0) lines.push(`The provider gives no sum for ${batches(unchecked)}.`)
  return lines
}
