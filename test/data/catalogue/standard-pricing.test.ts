import { calcPrice, findProvider, type ModelPrice } from '@pydantic/genai-prices'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInModels } from '../../../data/catalogue/built-in-models.js'
import type { LongContext } from '../../../data/catalogue/model-row.js'
import { PRICE_SOURCE, decimalText, isPricedApart } from '../../../data/catalogue/standard-pricing.js'

const pricing = suite('standard prices')

const OPENAI = { providerId: 'openai', timestamp: new Date(PRICE_SOURCE.asOf) }

function baseOf(price: ModelPrice, key: string): string {
  const figure = price[key]!
  return decimalText(typeof figure === 'number' ? figure : figure.base)
}

/** The library gives tiers of prices; all models that have one have one, and it is a multiple of the base. */
function longContextOf({ input_mtok: input, output_mtok: output }: ModelPrice): LongContext | undefined {
  if (typeof input !== 'object' || typeof output !== 'object') return undefined
  assert.equal([input.tiers.length, output.tiers.length], [1, 1])
  const [inputTier, outputTier] = [input.tiers[0]!, output.tiers[0]!]
  return {
    aboveInputTokens: inputTier.start,
    inputFactor: inputTier.price / input.base,
    outputFactor: outputTier.price / output.base,
  }
}

pricing('are those of the library that keeps them', () => {
  for (const { id, prices, longContext, contextTokens } of builtInModels) {
    const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, id, OPENAI)
    assert.is(found?.model.id, id)
    const price = found!.model_price
    assert.equal(
      { prices, longContext, contextTokens },
      {
        prices: {
          input: baseOf(price, 'input_mtok'),
          cachedInput: baseOf(price, 'cache_read_mtok'),
          output: baseOf(price, 'output_mtok'),
        },
        longContext: longContextOf(price),
        contextTokens: found!.model.context_window,
      },
      id,
    )
  }
})

pricing('are not those of a snapshot to which the library gives its own', () => {
  const ids = findProvider(OPENAI)!.models.map(({ id }) => id)
  const snapshots = ids.filter((id) => /-\d{4}-\d{2}-\d{2}$/.test(id))
  assert.ok(snapshots.includes('gpt-4o-2024-05-13'))
  for (const id of snapshots) assert.ok(isPricedApart(id), id)
  assert.not(isPricedApart('gpt-4o-2024-08-06'))
})

pricing.run()
