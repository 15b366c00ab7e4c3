import { UsageError } from './usage-error.js'

const NANO_PER_USD = 1_000_000_000

/** More than anybody means to spend. */
export const MOST_USD = 1_000_000

/** A sum of dollars as the integer that is reckoned with; what is not given stays so. */
export function nanoOf(dollars: number | undefined): number | undefined {
  return dollars === undefined ? undefined : Math.round(dollars * NANO_PER_USD)
}

/** The nano-dollars of a flag such as `--max-cost 1.50`. @throws UsageError for what is no sum of money. */
export function nanoOfFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const match = /^\$?(\d{1,7}(?:\.\d{1,9})?)$/.exec(text.trim())
  const dollars = Number(match?.[1])
  if (match && dollars <= MOST_USD) return nanoOf(dollars)
  throw new UsageError(`expected --${flag} to be dollars from 0 to ${MOST_USD}, such as 1.50, got "${text}"`)
}
