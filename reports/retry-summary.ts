import { formatUsd } from '../data/catalogue/price.js'
import { flagOfHome, shellWord } from './home-flag.js'
import { formatCount, formatCountOf } from './numbers.js'

/**
 * What asking again what failed for good would cost, and how to do it.
 *
 * @param retry.reason  only of requests that failed for this one; undefined for all.
 * @param home  as the person named it.
 */
export function describeRetry(
  retry: {
    reason: string | undefined
    requests: number
    reasons: readonly { reason: string; requests: number }[]
    costNanoUsd: number
    isBilled: boolean
  },
  home: string,
): string {
  const { reason, requests, reasons, costNanoUsd, isBilled } = retry
  if (requests === 0) return nothingFailed(reason)
  const why = reasons.map(({ reason: each, requests: count }) => `${formatCount(count)} ${each}`).join(', ')
  const flags = `${reason === undefined ? '' : ` --reason ${shellWord(reason)}`}${flagOfHome(home)}`
  return (
    `${formatCountOf(requests, 'request')} failed for good: ${why}.\n` +
    `Asking again is expected to cost ${formatUsd(costNanoUsd)} in a batch${isBilled ? '' : ' (not billed)'}; ` +
    `an answer that fails again is charged as well.\nDo it with: hemline retry --yes${flags}`
  )
}

/** What is said when there is nothing to ask again. @param reason  that was named; undefined for none. */
export function nothingFailed(reason: string | undefined): string {
  const why = reason === undefined ? '' : ` with the reason "${reason}"`
  return `Nothing failed for good${why}, so there is nothing to ask again.`
}
