import { formatUsd } from '../data/catalogue/price.js'
import { formatCount, formatCountOf } from './numbers.js'

/** What asking again what failed for good would cost, and how to do it. */
export function describeRetry(retry: {
  requests: number
  reasons: readonly { reason: string; requests: number }[]
  costNanoUsd: number
  isBilled: boolean
}): string {
  const { requests, reasons, costNanoUsd, isBilled } = retry
  if (requests === 0) return 'Nothing failed for good, so there is nothing to ask again.'
  const why = reasons.map(({ reason, requests: count }) => `${formatCount(count)} ${reason}`).join(', ')
  return (
    `${formatCountOf(requests, 'request')} failed for good: ${why}.\n` +
    `Asking again is expected to cost ${formatUsd(costNanoUsd)} in a batch${isBilled ? '' : ' (not billed)'}; ` +
    `an answer that fails again is charged as well.\nDo it with: hemline retry --yes`
  )
}
