import type { MeasuredUsage } from '../../data/records/measured-usage.js'

/** The 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom; then it is nearly normal. */
const T_QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
]
const NORMAL_QUANTILE = 1.96

/** In which part of its point estimate a cost lies with 95 % confidence: `{ low: 0.97, high: 1.03 }`. */
export type Interval = { low: number; high: number }

/**
 * What measured requests say about the cost of the next ones: each cost about so many times what was expected of it, so all
 * will. Pure.
 *
 * Source: Cochran, "Sampling Techniques" (3rd edition), ratio estimators (6.4), as a prediction of what was not sampled.
 *
 * @param requests  that are still to be sent.
 * @returns  undefined where fewer than two were measured, or none is left.
 */
export function costInterval(measured: MeasuredUsage, requests: number): Interval | undefined {
  const { answers, actual, expected, actualSquared, expectedSquared, actualExpected } = measured
  if (answers < 2 || requests === 0 || expected === 0 || actual === 0) return undefined
  const ratio = actual / expected
  const squares = actualSquared - 2 * ratio * actualExpected + ratio ** 2 * expectedSquared
  // Rounding can leave a little less than nothing where all requests cost the same.
  const deviation = Math.sqrt(Math.max(0, squares) / (answers - 1))
  const error = (deviation / (actual / answers)) * Math.sqrt(1 / answers + 1 / requests)
  const half = error * quantile(answers - 1)
  return { low: Math.max(0, 1 - half), high: 1 + half }
}

function quantile(degreesOfFreedom: number): number {
  return T_QUANTILES[degreesOfFreedom - 1] ?? NORMAL_QUANTILE + 2.4 / degreesOfFreedom
}
