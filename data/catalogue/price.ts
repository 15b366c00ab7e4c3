import type { Lane } from '../schema/batch-tables.js'
import type { ModelRow } from './model-row.js'

export type PricedUsage = { inputTokens: number; cachedTokens: number; outputTokens: number }

const NANO_PER_USD = 1_000_000_000
const TOKENS_PER_PRICE = 1_000_000n
/** Factors such as 0.5 and 1.5 are exact in thousandths. */
const FACTOR_UNIT = 1_000

/**
 * What one request costs, from the tokens that its answer reports. Exact integer arithmetic, rounded half up once, to
 * whole nano-dollars (billionths of a dollar).
 *
 * Price each request, never a sum: the long-context surcharge depends on the tokens of a single request.
 *
 * @param usage  counts of tokens, at least 0; cached ones are part of the input.
 * @returns `row` names the dated price that was used.
 */
export function priceOf(
  model: ModelRow,
  usage: PricedUsage,
  lane: Lane,
): { costNanoUsd: number; row: string } {
  const isLong = model.longContext !== undefined && usage.inputTokens > model.longContext.aboveInputTokens
  const inputFactor = inThousandths(isLong ? model.longContext!.inputFactor : 1)
  const outputFactor = inThousandths(isLong ? model.longContext!.outputFactor : 1)
  const laneFactor = inThousandths(model.laneFactors[lane])

  const { input, cachedInput, output } = model.prices
  const uncached = BigInt(usage.inputTokens - usage.cachedTokens)
  const inputPart = uncached * nanoOf(input) + BigInt(usage.cachedTokens) * nanoOf(cachedInput)
  const outputPart = BigInt(usage.outputTokens) * nanoOf(output)
  const scaled = (inputPart * inputFactor + outputPart * outputFactor) * laneFactor
  const divisor = TOKENS_PER_PRICE * BigInt(FACTOR_UNIT) ** 2n
  const cost = (scaled + divisor / 2n) / divisor
  return { costNanoUsd: Number(cost), row: `${model.id} ${lane} ${model.sources.prices.asOf}` }
}

/** The standard prices of one token in nano-dollars, for sums that are estimates anyway. */
export function nanoPerToken({ prices }: ModelRow): { input: number; cachedInput: number; output: number } {
  const perToken = (usd: string): number => Number(nanoOf(usd)) / Number(TOKENS_PER_PRICE)
  return {
    input: perToken(prices.input),
    cachedInput: perToken(prices.cachedInput),
    output: perToken(prices.output),
  }
}

const nanoOfPrice = new Map<string, bigint>()

/** The prices of a catalogue are few, and asked for with every answer. */
function nanoOf(usd: string): bigint {
  const known = nanoOfPrice.get(usd)
  if (known !== undefined) return known
  const nano = readPrice(usd)
  nanoOfPrice.set(usd, nano)
  return nano
}

/** A price in dollars, as decimal text, in nano-dollars. */
function readPrice(usd: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,9}))?$/.exec(usd)
  if (!match) throw new Error(`"${usd}" is not a price with at most nine decimals`)
  return BigInt(match[1]! + (match[2] ?? '').padEnd(9, '0'))
}

function inThousandths(factor: number): bigint {
  return BigInt(Math.round(factor * FACTOR_UNIT))
}

/**
 * Nano-dollars as text, rounded once, half up: cents from a dollar on (`$12.35`), else four digits of the figure, and at
 * least cents (`$0.1018`, `$0.00004613`, `$0.10`); `$0` for nothing, `-$0.10` for less.
 */
export function formatUsd(nano: number): string {
  if (nano === 0) return '$0'
  if (nano < 0) return `-${formatUsd(-nano)}`
  const usd = nano / NANO_PER_USD
  return `$${usd >= 1 ? cents.format(usd) : withCents(digits.format(usd))}`
}

const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const digits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

function withCents(text: string): string {
  const [whole, fraction = ''] = text.split('.')
  return `${whole}.${fraction.padEnd(2, '0')}`
}
