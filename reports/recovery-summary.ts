import { formatUsd } from '../data/catalogue/price.js'
import { flagOfHome } from './home-flag.js'
import { formatCount, formatCountOf } from './numbers.js'

/** What was found again of a lost database. */
export type RecoverySummary = {
  parts: readonly { path: string; requests: number; state: string; batch: string | null }[]
  requests: number
  answers: number
  costNanoUsd: number
  movedTo: string | null
}

/** What was found again, and what to type next. */
export function describeRecovery(recovery: RecoverySummary, home: string): string {
  const { parts, answers, costNanoUsd, movedTo } = recovery
  const flag = flagOfHome(home)
  if (parts.length === 0)
    return `No part was found: there is nothing to recover. Start with: hemline materialize${flag}`
  const count = (state: string): string => formatCount(parts.filter((part) => part.state === state).length)
  return [
    `${formatCountOf(parts.length, 'part')} found: ${count('collected')} collected, ${count('in_flight')} at the provider, ${count('not_sent')} never sent.`,
    `${formatCountOf(answers, 'answer')} booked again, ${formatUsd(costNanoUsd)}; nothing was sent or paid.`,
    ...(movedTo === null ? [] : [`The database that was there is kept: ${movedTo}`]),
    `Go on with: hemline materialize${flag}`,
  ].join('\n')
}

/** The same under stable names; `cost_nano_usd` is in billionths of a dollar. */
export function recoveryJson({
  parts: found,
  requests,
  answers,
  costNanoUsd,
  movedTo,
}: RecoverySummary): object {
  const parts = found.map(({ path: part, ...rest }) => ({ part, ...rest }))
  return { parts, requests, answers, cost_nano_usd: costNanoUsd, moved_to: movedTo }
}
