import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { costInterval } from '../../../assets/plan/interval.js'
import type { MeasuredUsage } from '../../../data/records/measured-usage.js'

const intervals = suite('the interval of a cost')

function measured(pairs: readonly (readonly [actual: number, expected: number])[]): MeasuredUsage {
  const sum = (of: (actual: number, expected: number) => number): number =>
    pairs.reduce((total, [actual, expected]) => total + of(actual, expected), 0)
  return {
    ...{ answers: pairs.length, inputTokens: 0, estimatedInputTokens: 0, outputTokens: 0 },
    actual: sum((actual) => actual),
    expected: sum((_, expected) => expected),
    actualSquared: sum((actual) => actual ** 2),
    expectedSquared: sum((_, expected) => expected ** 2),
    actualExpected: sum((actual, expected) => actual * expected),
  }
}

intervals('is none without at least two answers, or with nothing left to ask', () => {
  assert.is(costInterval(measured([]), 10), undefined)
  assert.is(costInterval(measured([[5, 5]]), 10), undefined)
  assert.is(
    costInterval(
      measured([
        [5, 5],
        [6, 5],
      ]),
      0,
    ),
    undefined,
  )
})

intervals('is a point where each costs the same part of what was expected of it', () => {
  const { low, high } = costInterval(
    measured([
      [2, 1],
      [4, 2],
      [20, 10],
    ]),
    100,
  )!
  assert.ok(Math.abs(low - 1) < 1e-6 && Math.abs(high - 1) < 1e-6, `${low} ${high}`)
})

intervals('follows the book: a ratio estimator with Student’s t, as a prediction of the rest', () => {
  // By hand: ratio 1; residuals -1, 1, 0; s = 1; mean 10; t(2) = 4.303; sqrt(1/3 + 1/6) = 0.7071.
  const { low, high } = costInterval(
    measured([
      [9, 10],
      [11, 10],
      [10, 10],
    ]),
    6,
  )!
  assert.ok(Math.abs(high - (1 + (4.303 * Math.SQRT1_2) / 10)) < 1e-9, String(high))
  assert.ok(Math.abs(low - (2 - high)) < 1e-12)
})

intervals('holds what comes 95 times in a hundred', () => {
  let [held, all] = [0, 0]
  const costs = fc.array(fc.integer({ min: 50, max: 150 }), { minLength: 220, maxLength: 220 })
  fc.assert(
    fc.property(costs, (drawn) => {
      const sample = drawn.slice(0, 20).map((actual) => [actual, 100] as const)
      const rest = drawn.slice(20)
      const interval = costInterval(measured(sample), rest.length)!
      const mean = sample.reduce((sum, [actual]) => sum + actual, 0) / sample.length
      const part = rest.reduce((sum, actual) => sum + actual, 0) / (mean * rest.length)
      all++
      if (part >= interval.low && part <= interval.high) held++
    }),
    { numRuns: 1_000, seed: 7 },
  )
  assert.ok(held / all > 0.92 && held / all < 0.99, `${held} of ${all}`)
})

intervals.run()
