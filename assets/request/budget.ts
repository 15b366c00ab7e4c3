import { formatUsd } from '../../data/catalogue/price.js'
import { formatCountOf } from '../../reports/numbers.js'

/** What may be spent, in nano-dollars; what is undefined is not limited. */
export type Budget = {
  /** From the start of a run on. */
  run: { limitNanoUsd: number; since: Date } | undefined
  /** Of a day and of a month, both in UTC. */
  dayNanoUsd: number | undefined
  monthNanoUsd: number | undefined
}

/**
 * A limit with the instant from which what is spent counts against it. `isWhole`: either all that is wanted fits into it, or
 * nothing is sent.
 */
export type BudgetPeriod = {
  length: 'run' | 'day' | 'month'
  /** In words. */
  name: string
  limitNanoUsd: number
  since: Date
  release: string
  isWhole: boolean
}

/** The limits that are in force at an instant; empty when nothing is limited. Pure. */
export function periodsOf({ run, dayNanoUsd, monthNanoUsd }: Budget, now: Date): BudgetPeriod[] {
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()))
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
  const date = day.toISOString().slice(0, 10)
  return [
    ...(run
      ? [
          {
            length: 'run' as const,
            name: 'this run',
            ...run,
            release: 'Give it more: --max-cost.',
            isWhole: true,
          },
        ]
      : []),
    ...(dayNanoUsd === undefined
      ? []
      : [
          {
            ...{
              length: 'day' as const,
              name: `the day ${date} (UTC)`,
              limitNanoUsd: dayNanoUsd,
              since: day,
            },
            release: 'It goes on when the day turns, or when day_usd of the config is raised.',
            isWhole: false,
          },
        ]),
    ...(monthNanoUsd === undefined
      ? []
      : [
          {
            ...{
              length: 'month' as const,
              name: `the month ${date.slice(0, 7)} (UTC)`,
              limitNanoUsd: monthNanoUsd,
              since: month,
            },
            release: 'It goes on when the month turns, or when month_usd of the config is raised.',
            isWhole: false,
          },
        ]),
  ]
}

/**
 * Why some requests are not sent: together with what was spent, and what is under way, they would be over the limit.
 * Undefined when they fit. Pure.
 *
 * @param spentNanoUsd  charges and, of what is under way, what it is expected to cost, since the period began.
 * @param next  what is about to be sent, and what is wanted in all.
 */
export function overBudget(
  period: BudgetPeriod,
  spentNanoUsd: number,
  next: { costNanoUsd: number; wantedNanoUsd: number; requests: number },
): { because: string; hint: string } | undefined {
  const { name, limitNanoUsd, release } = period
  if (spentNanoUsd + next.costNanoUsd <= limitNanoUsd) return undefined
  const needed = formatUsd(spentNanoUsd + next.wantedNanoUsd)
  const asked = formatCountOf(next.requests, 'request is', 'requests are')
  const under = spentNanoUsd === 0 ? '' : `${formatUsd(spentNanoUsd)} are spent or under way, and `
  return {
    because:
      `the budget of ${name} is ${formatUsd(limitNanoUsd)}; ${under}${asked} expected to cost ` +
      `${formatUsd(next.wantedNanoUsd)}, so ${needed} would be needed`,
    hint: `Nothing of it was sent. ${release}`,
  }
}
