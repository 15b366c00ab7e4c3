import { formatUsd } from '../data/catalogue/price.js'
import { formatCount, formatCountOf } from './numbers.js'

/**
 * What it may cost to send requests again whose batch may exist, and how to go on.
 *
 * @param again.named  what the person typed.
 * @param again.cost  `measuredBy` 0: how long answers are is not measured yet, but usual.
 */
export function describeResubmission(again: {
  kind: 'unconfirmed' | 'given_up'
  named: string
  requests: number
  cost: {
    costNanoUsd: number
    inputTokens: number
    outputTokensEach: number
    price: string
    measuredBy: number
  }
  isBilled: boolean
}): { text: string; next: string } {
  const { kind, named, requests, cost, isBilled } = again
  const answers =
    cost.measuredBy === 0
      ? `, with answers of ${formatCount(cost.outputTokensEach)} tokens, as is usual`
      : `, with answers as long as those of ${formatCountOf(cost.measuredBy, 'request')} before`
  const risk =
    `If the first one exists after all, ${requests === 1 ? 'this request is' : `these ${formatCount(requests)} requests are`} ` +
    `paid twice: about ${formatUsd(cost.costNanoUsd)}${isBilled ? '' : ' (not billed)'} ` +
    `for ${formatCount(cost.inputTokens)} tokens of input at ${cost.price}${answers}.`
  if (kind === 'unconfirmed') {
    return { text: risk, next: `If you are sure that it does not: hemline resubmit ${named} --yes` }
  }
  return { text: `Given up: ${named}. ${risk}`, next: 'Send the requests again with: hemline materialize' }
}
