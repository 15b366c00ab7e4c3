import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { imageTokens } from '../../../data/catalogue/image-tokens.js'
import type { Detail } from '../../../data/catalogue/model-row.js'
import { builtInModels } from '../../../data/catalogue/built-in-models.js'

const tokens = suite('tokens of a picture')

/** Figures that the provider, or measurements of it, give. */
const published: [string, Detail, number, number, number][] = [
  ['gpt-4o', 'high', 1080, 1350, 765],
  ['gpt-4o', 'high', 512, 512, 255],
  ['gpt-4o-mini', 'high', 1080, 1350, 25_501],
  ['gpt-4o-mini', 'low', 1080, 1350, 2_833],
  ['gpt-5', 'high', 1080, 1350, 630],
  ['gpt-4.1-mini', 'high', 512, 512, 415],
  ['gpt-5.4-mini', 'high', 1080, 1350, 1_755],
  ['gpt-6-luna', 'low', 1080, 1350, 250],
  ['gpt-6-luna', 'low', 512, 512, 308],
]

for (const [model, detail, width, height, expected] of published) {
  tokens(`${model} counts ${expected} for ${width} x ${height} at detail ${detail}`, () => {
    assert.is(imageTokens(builtInCatalogue.get(model).imageRule, { width, height }, detail), expected)
  })
}

const size = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
})
const detail = fc.constantFrom<Detail>('low', 'high', 'auto')

tokens(
  'are a positive whole number for every model, size and detail, and the same when the picture is turned',
  () => {
    fc.assert(
      fc.property(fc.constantFrom(...builtInModels), size, detail, (model, { width, height }, each) => {
        const count = imageTokens(model.imageRule, { width, height }, each)
        assert.ok(Number.isSafeInteger(count) && count >= 1, String(count))
        assert.is(imageTokens(model.imageRule, { width: height, height: width }, each), count)
      }),
    )
  },
)

tokens('never exceed the budget of a rule that has one', () => {
  for (const { id, imageRule } of builtInModels) {
    if (imageRule.family !== 'patch') continue
    const { budget } = imageRule.fit.high
    if (budget === undefined) continue
    const most = Math.ceil(budget * imageRule.multiplier)
    fc.assert(fc.property(size, (each) => assert.ok(imageTokens(imageRule, each, 'high') <= most, id)))
  }
})

tokens.run()
