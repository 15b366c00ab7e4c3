import type { LedgerSlice } from '../../data/records/ledger.js'

/** What some slices come to together. */
export type Sum = {
  requests: number
  cost: number
  /** Null where one of them was not estimated. */
  estimated: number | null
}

export function sumOf(slices: readonly LedgerSlice[]): Sum {
  return {
    requests: slices.reduce((sum, slice) => sum + slice.requests, 0),
    cost: slices.reduce((sum, slice) => sum + slice.cost_nano_usd, 0),
    estimated: slices.some((slice) => slice.estimated_cost_nano_usd === null)
      ? null
      : slices.reduce((sum, slice) => sum + slice.estimated_cost_nano_usd!, 0),
  }
}

/** The slices with the same value, summed; the dearest first. */
export function sumsBy(
  slices: readonly LedgerSlice[],
  keyOf: (slice: LedgerSlice) => string,
): (Sum & { key: string })[] {
  const groups = new Map<string, LedgerSlice[]>()
  for (const slice of slices) {
    const key = keyOf(slice)
    const group = groups.get(key)
    if (group) group.push(slice)
    else groups.set(key, [slice])
  }
  return [...groups].map(([key, group]) => ({ key, ...sumOf(group) })).sort((a, b) => b.cost - a.cost)
}

/** What was spent on each day from the first to the last, days without anything too. */
export function daysOf(
  slices: readonly LedgerSlice[],
  today: string,
): { at: number; cost: number; estimated: number }[] {
  const byDay = new Map(sumsBy(slices, ({ day }) => day).map((sum) => [sum.key, sum]))
  const first = [...byDay.keys()].sort()[0]
  if (first === undefined) return []
  const days = []
  for (let at = Date.parse(first); at <= Date.parse(today); at += DAY_MS) {
    const sum = byDay.get(new Date(at).toISOString().slice(0, 10))
    days.push({ at: (at + NOON_MS) / 1000, cost: sum?.cost ?? 0, estimated: sum?.estimated ?? 0 })
  }
  return days.slice(-DAYS_SHOWN)
}

const DAY_MS = 86_400_000
/** A day of UTC is shown at its noon, so that it has the same date in the zone of nearly every reader. */
const NOON_MS = 43_200_000
const DAYS_SHOWN = 180
