import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { overBudget, periodsOf } from '../../../assets/request/budget.js'
import { chooseLane } from '../../../assets/request/choose-lane.js'

const budgets = suite('budgets and lanes')

const CENT = 10_000_000
const now = new Date('2026-11-24T23:59:59Z')

budgets('of days and months begin at midnight in UTC', () => {
  const periods = periodsOf({ run: undefined, dayNanoUsd: CENT, monthNanoUsd: 5 * CENT }, now)
  assert.equal(
    periods.map(({ since, limitNanoUsd }) => [since.toISOString(), limitNanoUsd]),
    [
      ['2026-11-24T00:00:00.000Z', CENT],
      ['2026-11-01T00:00:00.000Z', 5 * CENT],
    ],
  )
  assert.equal(periodsOf({ run: undefined, dayNanoUsd: undefined, monthNanoUsd: undefined }, now), [])
})

budgets('let through what fits to the last nano-dollar, and name the sum that would be needed', () => {
  const [period] = periodsOf({ run: undefined, dayNanoUsd: 3 * CENT, monthNanoUsd: undefined }, now)
  const next = { costNanoUsd: CENT, wantedNanoUsd: 2 * CENT, requests: 7 }
  assert.is(overBudget(period!, 2 * CENT, next), undefined)
  const over = overBudget(period!, 2 * CENT + 1, next)!
  assert.match(over.because, '$0.03')
  assert.match(over.because, 'so $0.04 would be needed')
})

budgets('auto sends few one by one, and many in a batch', () => {
  assert.equal(
    [1, 49, 50, 60_000].map((requests) => chooseLane('auto', requests)),
    ['individual', 'individual', 'batch', 'batch'],
  )
  assert.is(chooseLane('flex', 60_000), 'flex')
})

budgets('count in words', () => {
  const now = new Date('2026-11-05T12:00:00.000Z')
  const [period] = periodsOf({ run: undefined, dayNanoUsd: 0, monthNanoUsd: undefined }, now)
  const next = { costNanoUsd: CENT, wantedNanoUsd: CENT }
  assert.match(
    overBudget(period!, 0, { ...next, requests: 1 })!.because,
    '1 request is expected to cost $0.01',
  )
  assert.match(overBudget(period!, 0, { ...next, requests: 2_000 })!.because, '2,000 requests are expected')
})

budgets.run()
