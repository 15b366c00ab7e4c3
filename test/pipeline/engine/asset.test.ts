import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assetKit, done, held, waiting } from '../../../pipeline/engine/asset.js'

const assets = suite('declaring assets')

const { defineAsset, defineSource } = assetKit<{ oven: { celsius: number } }>()

const flour = defineSource({
  key: 'flour',
  describe: 'What was bought.',
  async observe({ oven }) {
    return { dataVersion: 'v1', metadata: { grams: 500, oven: oven.celsius } }
  },
})

const dough = defineAsset({
  key: 'dough',
  describe: 'Flour and water.',
  codeVersion: '1',
  needs: { bag: flour },
  async materialize({ bag }, { oven }) {
    const grams: number = bag.metadata.grams
    // @ts-expect-error: the source's metadata have no such field
    const kilos: unknown = bag.metadata.kilos
    // @ts-expect-error: the kitchen has no such thing
    const fridge: unknown = oven.fridge
    return done({ dataVersion: bag.dataVersion, metadata: { grams, isEmpty: kilos === fridge } })
  },
})

const bread = defineAsset({
  key: 'bread',
  describe: 'Baked dough.',
  codeVersion: '1',
  needs: { dough, flour },
  async materialize(inputs, { clock, isForced, lastCodeVersion, runId }) {
    const grams: number = inputs.dough.metadata.grams + inputs.flour.metadata.grams
    // @ts-expect-error: it is not among the needs
    assert.is(inputs.salt, undefined)
    if (isForced) return held('the oven is cold', 'Heat it.')
    if (lastCodeVersion === undefined) return waiting(clock.now(), 'it rises')
    return done({ dataVersion: String(runId), metadata: { grams } })
  },
})

defineAsset({
  key: 'stale_bread',
  describe: 'Old bread.',
  codeVersion: '1',
  needs: {},
  // @ts-expect-error: a date does not come back from JSON as a date
  materialize: async () => done({ dataVersion: 'v1', metadata: { bakedAt: new Date(0) } }),
})

const clock = { now: () => new Date(0), sleep: async () => {} }
const context = {
  ...{ runId: 7, clock, signal: new AbortController().signal, oven: { celsius: 230 } },
  ...{ isForced: false, lastCodeVersion: '1', handOn() {} },
}
const inputs = {
  dough: { dataVersion: 'd1', metadata: { grams: 1 } },
  flour: { dataVersion: 'f1', metadata: { grams: 2 } },
}

assets('get their inputs and the resources of their kit, typed', async () => {
  assert.equal(await flour.observe(context), { dataVersion: 'v1', metadata: { grams: 500, oven: 230 } })
  assert.equal(await bread.materialize(inputs, context), {
    kind: 'done',
    dataVersion: '7',
    metadata: { grams: 3 },
  })
})

assets('return waiting and held as values', async () => {
  const forced = await bread.materialize(inputs, { ...context, isForced: true })
  assert.equal(forced, { kind: 'held', because: 'the oven is cold', hint: 'Heat it.' })
  const first = await bread.materialize(inputs, { ...context, lastCodeVersion: undefined })
  assert.equal(first, { kind: 'waiting', until: new Date(0), because: 'it rises' })
})

assets.run()
