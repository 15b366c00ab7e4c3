import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { builtInModels } from '../../../data/catalogue/built-in-models.js'
import { formatUsd, priceOf } from '../../../data/catalogue/price.js'
import { shutdownOf } from '../../../data/catalogue/shutdown.js'

const prices = suite('prices')

const usage = fc
  .record({ inputTokens: fc.nat(1_000_000), cachedShare: fc.nat(100), outputTokens: fc.nat(100_000) })
  .map(({ inputTokens, cachedShare, outputTokens }) => ({
    inputTokens,
    cachedTokens: Math.floor((inputTokens * cachedShare) / 100),
    outputTokens,
  }))

function cost(
  model: string,
  inputTokens: number,
  outputTokens: number,
  lane: 'batch' | 'individual',
): number {
  return priceOf(builtInCatalogue.get(model), { inputTokens, cachedTokens: 0, outputTokens }, lane)
    .costNanoUsd
}

prices('give the published comparison from its token totals', () => {
  assert.is(formatUsd(cost('gpt-4o-mini', 1_477_780, 239_640, 'individual')), '$0.3655')
  assert.is(formatUsd(cost('gpt-4o-mini', 878_440, 119_820, 'individual')), '$0.2037')
  assert.is(formatUsd(cost('gpt-4o-mini', 878_440, 119_820, 'batch')), '$0.1018')
})

prices('charge cached tokens at their own price, as a part of the input', () => {
  const model = builtInCatalogue.get('gpt-4o')
  const all = priceOf(
    model,
    { inputTokens: 1_000_000, cachedTokens: 1_000_000, outputTokens: 0 },
    'individual',
  )
  assert.is(all.costNanoUsd, 1_250_000_000)
  const half = priceOf(
    builtInCatalogue.get('gpt-6-luna'),
    { inputTokens: 1_000, cachedTokens: 500, outputTokens: 0 },
    'batch',
  )
  assert.is(half.costNanoUsd, (500 * 100 + 500 * 10) / 2)
})

prices('are whole nano-dollars, never negative, and half of it in a batch but for one rounding', () => {
  fc.assert(
    fc.property(fc.constantFrom(...builtInModels), usage, (model, each) => {
      const one = priceOf(model, each, 'individual').costNanoUsd
      const inBatch = priceOf(model, each, 'batch').costNanoUsd
      assert.ok(Number.isSafeInteger(one) && one >= 0)
      assert.ok(Math.abs(one / 2 - inBatch) <= 0.5, `${one} ${inBatch}`)
    }),
  )
})

prices('charge a request of a long context more as a whole, from one token above the bound', () => {
  const at = cost('gpt-6-luna', 272_000, 1_000, 'individual')
  const above = cost('gpt-6-luna', 272_001, 1_000, 'individual')
  assert.is(at, 272_000 * 100 + 1_000 * 500)
  assert.is(above, 272_001 * 200 + 1_000 * 750)
  assert.is(cost('gpt-4o', 300_000, 0, 'individual'), 300_000 * 2_500)
})

prices('name the row that was used', () => {
  const { row } = priceOf(
    builtInCatalogue.get('gpt-6-luna'),
    { inputTokens: 1, cachedTokens: 0, outputTokens: 0 },
    'batch',
  )
  assert.match(row, /^gpt-6-luna batch \d{4}-\d{2}-\d{2}$/)
})

prices('are printed with the digits that matter', () => {
  const nanos = [
    0, 1, 13_000, 46_130, 101_800_000, 365_500_000, 100_000_000, 999_999_999, 1_000_000_000, 12_345_678_901,
    4_567_000_000_000,
  ]
  assert.equal(nanos.map(formatUsd), [
    '$0',
    '$0.000000001',
    '$0.000013',
    '$0.00004613',
    '$0.1018',
    '$0.3655',
    '$0.10',
    '$1.00',
    '$1.00',
    '$12.35',
    '$4,567.00',
  ])
})

prices('know every model once, by its snapshots too, and name the nearest for a typo', () => {
  assert.is(new Set(builtInModels.map(({ id }) => id)).size, builtInModels.length)
  assert.is(builtInCatalogue.get('gpt-4o-mini-2024-07-18').id, 'gpt-4o-mini')
  assert.throws(
    () => builtInCatalogue.get('gpt-6-lunar'),
    (error: Error) => /no model "gpt-6-lunar".*"gpt-6-luna"/.test(error.message),
  )
})

prices('of a snapshot that costs something else than its model are not taken for the model’s', () => {
  assert.throws(
    () => builtInCatalogue.get('gpt-4o-2024-05-13'),
    (error: Error) => /no model "gpt-4o-2024-05-13"/.test(error.message),
  )
  assert.is(builtInCatalogue.get('gpt-4o-2024-11-20').id, 'gpt-4o')
})

prices('less than nothing are a loss: the sign stands before the dollars', () => {
  assert.equal([-4_673_000, -1_234_560_000_000, -100_000_000].map(formatUsd), [
    '-$0.004673',
    '-$1,234.56',
    '-$0.10',
  ])
})

prices('warn of a shut-down 90 days ahead, and know it from the day on', () => {
  const model = builtInCatalogue.get('gpt-4o-mini')
  assert.is(shutdownOf(model, new Date('2026-10-01')), undefined)
  assert.match(shutdownOf(model, new Date('2026-11-23'))!.sentence, /on 2027-01-14, in 52 days; .*gpt-6-luna/)
  assert.match(shutdownOf(model, new Date('2027-01-13'))!.sentence, /in 1 day;/)
  assert.is(shutdownOf(model, new Date('2027-01-14'))!.state, 'past')
  assert.is(shutdownOf(builtInCatalogue.get('gpt-6-luna'), new Date('2036-01-01')), undefined)
})

prices.run()
