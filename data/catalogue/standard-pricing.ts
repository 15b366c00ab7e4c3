import { calcPrice, type ModelPrice } from '@pydantic/genai-prices'
import type { LongContext, ModelRow, Prices, Source } from './model-row.js'

/** The library is pinned to this version: its data decide what an answer is said to cost. */
export const PRICE_SOURCE: Source = { name: '@pydantic/genai-prices 0.1.8', asOf: '2026-09-23' }

type Pricing = Pick<ModelRow, 'prices' | 'longContext' | 'contextTokens'>

/**
 * OpenAI's standard prices of a model, as the library has them on the day of its data. It knows no discount of batches and
 * no tokens of pictures: these are ours.
 *
 * @throws Error for a model that the library does not price.
 */
export function standardPricing(id: string): Pricing {
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, id, {
    providerId: 'openai',
    timestamp: new Date(PRICE_SOURCE.asOf),
  })
  if (found?.model.id !== id) throw new Error(`${PRICE_SOURCE.name} has no price of "${id}"`)
  const { model, model_price: price } = found
  return {
    prices: {
      input: baseOf(price, 'input_mtok'),
      cachedInput: baseOf(price, 'cache_read_mtok'),
      output: baseOf(price, 'output_mtok'),
    },
    longContext: longContextOf(price),
    contextTokens: model.context_window,
  }
}

/** Whether the library gives a dated snapshot a price of its own: what its model costs says nothing of it then. */
export function isPricedApart(snapshot: string): boolean {
  const found = calcPrice({ input_tokens: 1 }, snapshot, {
    providerId: 'openai',
    timestamp: new Date(PRICE_SOURCE.asOf),
  })
  return found?.model.id === snapshot
}

function baseOf(price: ModelPrice, key: string): Prices['input'] {
  const figure = price[key]
  if (figure === undefined) throw new Error(`${PRICE_SOURCE.name} gives no "${key}"`)
  return decimalText(typeof figure === 'number' ? figure : figure.base)
}

/** The library gives tiers of prices; all models that have one have one, and it is a multiple of the base. */
function longContextOf({ input_mtok: input, output_mtok: output }: ModelPrice): LongContext | undefined {
  if (typeof input !== 'object' || typeof output !== 'object') return undefined
  const [inputTier, outputTier] = [input.tiers[0], output.tiers[0]]
  if (!inputTier || !outputTier) return undefined
  return {
    aboveInputTokens: inputTier.start,
    inputFactor: inputTier.price / input.base,
    outputFactor: outputTier.price / output.base,
  }
}

/** A price as decimal text without an exponent: `0.075`. */
export function decimalText(usd: number): string {
  return usd.toFixed(9).replace(/\.?0+$/, '')
}
