import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ImageDetail,
  countImageTokens,
  imageDetails,
} from '../../../../pipeline/provider/local-server/image-token-rules.js'
import type { RespondError } from '../../../../pipeline/provider/local-server/respond.js'

const rules = suite('image tokens')

/** model, width, height, detail, tokens; from the published tables and examples. */
const checkValues: [string, number, number, ImageDetail, number][] = [
  ['gpt-4o', 1080, 1350, 'high', 765],
  ['gpt-4o', 1080, 1350, 'auto', 765],
  ['gpt-4o', 1080, 1350, 'low', 85],
  ['gpt-4o', 512, 512, 'high', 255],
  ['gpt-4o', 2048, 4096, 'high', 1105],
  ['gpt-4o', 1024, 1024, 'high', 765],
  ['gpt-4o-mini', 1080, 1350, 'high', 25_501],
  ['gpt-4o-mini', 1080, 1350, 'low', 2833],
  ['gpt-5.1', 1080, 1350, 'high', 630],
  ['o3', 512, 512, 'high', 225],
  ['gpt-4.1-mini', 512, 512, 'high', 415],
  ['gpt-4.1-mini', 1080, 1350, 'high', 2369],
  ['gpt-5-mini', 1024, 1024, 'high', 1229],
  // The guide's example: 1800 x 2400 are 1,452 patches.
  ['gpt-5-mini', 1800, 2400, 'high', Math.ceil(1452 * 1.2)],
  ['gpt-5.4-mini', 1080, 1350, 'high', 1755],
  ['gpt-5.4-mini', 1080, 1350, 'auto', 1755],
  ['gpt-6-luna', 1080, 1350, 'low', 250],
  ['gpt-6-luna', 512, 512, 'low', 308],
  ['gpt-6-luna', 1080, 1350, 'high', 1755],
]

for (const [model, width, height, detail, tokens] of checkValues) {
  rules(`of ${model} for ${width} x ${height} at ${detail} are ${tokens}`, () => {
    assert.is(countImageTokens(model, { width, height }, detail), tokens)
    assert.is(countImageTokens(model, { width: height, height: width }, detail), tokens)
  })
}

rules('of a dated copy are those of the model', () => {
  assert.is(countImageTokens('gpt-4o-mini-2024-07-18', { width: 10, height: 10 }, 'low'), 2833)
})

rules('stay within the patches that a model looks at, and use most of them', () => {
  for (const [width, height] of [
    [1800, 2400],
    [6000, 4000],
    [12_000, 900],
    [9999, 9998],
  ] as const) {
    const tokens = countImageTokens('gpt-5-mini', { width, height }, 'high')
    assert.ok(tokens <= Math.ceil(1536 * 1.2), `${width} x ${height}: ${tokens}`)
    assert.ok(tokens > 1300 * 1.2, `${width} x ${height}: ${tokens}`)
  }
})

rules('are whole, positive, and no more for a smaller picture of the same shape', () => {
  for (const model of ['gpt-4o', 'gpt-5-nano', 'gpt-5.2', 'gpt-5.4', 'gpt-5.6-luna', 'gpt-6-astra']) {
    for (const detail of imageDetails) {
      let less = 0
      for (const width of [1, 31, 32, 33, 500, 512, 513, 768, 769, 1024]) {
        const tokens = countImageTokens(model, { width, height: width * 2 }, detail)
        assert.ok(Number.isInteger(tokens) && tokens > 0)
        assert.ok(tokens >= less, `${model} ${detail} ${width}: ${tokens} after ${less}`)
        less = tokens
      }
    }
  }
})

rules('of a very long picture are at least those of one tile or patch', () => {
  assert.is(countImageTokens('gpt-4o', { width: 1, height: 60_000 }, 'high'), 85 + 170 * 4)
  assert.is(countImageTokens('gpt-6-luna', { width: 1, height: 60_000 }, 'low'), Math.ceil(16 * 1.2))
})

rules('do not gain a tile or patch by a rounding error, and count a begun one', () => {
  // 768 x 1536 exactly, and a third of a pixel more.
  assert.is(countImageTokens('gpt-4o', { width: 1065, height: 2130 }, 'high'), 85 + 170 * 6)
  assert.is(countImageTokens('gpt-4o', { width: 1065, height: 2131 }, 'high'), 85 + 170 * 8)
  // 384 x 512 exactly, and a third of a pixel more.
  assert.is(countImageTokens('gpt-6-luna', { width: 1125, height: 1500 }, 'low'), Math.ceil(12 * 16 * 1.2))
  assert.is(countImageTokens('gpt-6-luna', { width: 1126, height: 1500 }, 'low'), Math.ceil(13 * 16 * 1.2))
})

rules('of a picture that all but vanishes when it is made to fit are those of a patch', () => {
  assert.is(countImageTokens('gpt-5-mini', { width: 60_000, height: 20 }, 'high'), 2)
})

rules('are refused above 30,000 patches where the model refuses that', () => {
  const large = { width: 5600, height: 5600 }
  assert.throws(
    () => countImageTokens('gpt-6-luna', large, 'original'),
    (error: RespondError) => error.status === 400 && /30625 patches/.test(error.message),
  )
  assert.is(countImageTokens('gpt-5.6-luna', large, 'original'), 36_750)
  assert.is(countImageTokens('gpt-6-luna', large, 'high'), 3000)
})

rules('of a model that nobody knows are an error that names those that are known', () => {
  for (const model of ['gpt-0', 'toString', '__proto__', '']) {
    assert.throws(
      () => countImageTokens(model, { width: 1, height: 1 }, 'low'),
      (error: RespondError) =>
        error.status === 404 && error.code === 'model_not_found' && /gpt-6-luna/.test(error.message),
    )
  }
})

rules.run()
