import { UsageError } from './usage-error.js'

/** Checks a flag's number; yargs lets text pass as NaN. @throws UsageError naming the flag, its bounds and the value. */
export function wholeNumber(flag: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw new UsageError(`expected --${flag} to be a whole number from ${min} to ${max}, got "${value}"`)
}

/** Like `wholeNumber`, with fractions. */
export function numberWithin(flag: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value
  throw new UsageError(`expected --${flag} to be a number from ${min} to ${max}, got "${value}"`)
}
