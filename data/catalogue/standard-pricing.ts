import type { ModelRow, Source } from './model-row.js'

/**
 * Its data decide what an answer is said to cost. Loading all of it takes 20 MB and half of what Node itself takes to start, so that
 * the figures of the models here are written down; a test holds each of them to this version.
 */
export const PRICE_SOURCE: Source = { name: '@pydantic/genai-prices 0.1.8', asOf: '2026-09-23' }

type Pricing = Pick<ModelRow, 'prices' | 'longContext' | 'contextTokens'>
type Figures = [input: string, cachedInput: string, output: string, contextTokens: number, longAbove?: number]

/** US dollars per million tokens; the most tokens of a request; and from how many on all of them cost more. */
const figures: Record<string, Figures> = {
  'gpt-4o': ['2.5', '1.25', '10', 128_000],
  'gpt-4o-mini': ['0.15', '0.075', '0.6', 128_000],
  'gpt-4.1': ['2', '0.5', '8', 1_000_000],
  'gpt-4.1-mini': ['0.4', '0.1', '1.6', 1_000_000],
  'gpt-5': ['1.25', '0.125', '10', 400_000],
  'gpt-5-mini': ['0.25', '0.025', '2', 400_000],
  'gpt-5-nano': ['0.05', '0.005', '0.4', 400_000],
  'gpt-5.2': ['1.75', '0.175', '14', 400_000],
  'gpt-5.4': ['2.5', '0.25', '15', 1_050_000, 271_999],
  'gpt-5.4-mini': ['0.75', '0.075', '4.5', 400_000],
  'gpt-5.4-nano': ['0.2', '0.02', '1.25', 400_000],
  'gpt-5.6-luna': ['0.2', '0.02', '1.2', 1_050_000, 271_999],
  'gpt-5.6-terra': ['2', '0.2', '12', 1_050_000, 271_999],
  'gpt-5.6-sol': ['4', '0.4', '20', 1_050_000, 271_999],
  'gpt-6-luna': ['0.1', '0.01', '0.5', 1_050_000, 272_000],
  'gpt-6-sol': ['2', '0.2', '10', 1_050_000, 272_000],
  'gpt-6-astra': ['10', '1', '50', 1_050_000, 271_999],
}

/** Snapshots that have a price of their own: what their model costs says nothing of them. */
const pricedApart = new Set(['gpt-4o-2024-05-13'])

/**
 * OpenAI's standard prices of a model, as the library has them on the day of its data. It knows no discount of batches and
 * no tokens of pictures: these are ours.
 *
 * @throws Error for a model that is not written down.
 */
export function standardPricing(id: string): Pricing {
  const known = figures[id]
  if (!known) throw new Error(`there is no price of "${id}"`)
  const [input, cachedInput, output, contextTokens, longAbove] = known
  return {
    prices: { input, cachedInput, output },
    longContext:
      longAbove === undefined
        ? undefined
        : { aboveInputTokens: longAbove, inputFactor: 2, outputFactor: 1.5 },
    contextTokens,
  }
}

/** Whether a dated snapshot has a price of its own. */
export function isPricedApart(snapshot: string): boolean {
  return pricedApart.has(snapshot)
}

/** A price as decimal text without an exponent: `0.075`. */
export function decimalText(usd: number): string {
  return usd.toFixed(9).replace(/\.?0+$/, '')
}
