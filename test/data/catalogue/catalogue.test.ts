import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { imageTokens } from '../../../data/catalogue/image-tokens.js'
import { priceOf } from '../../../data/catalogue/price.js'
import { readCatalogue } from '../../../data/catalogue/read-catalogue.js'
import { PRICE_SOURCE } from '../../../data/catalogue/standard-pricing.js'
import { rejection } from '../../rejection.js'

const catalogue = suite('catalogue')

/** OpenAI's price page, read on 2026-11-01: dollars per million tokens in, cached, out. */
const PRICE_PAGE: Record<string, [string, string, string]> = {
  'gpt-4o': ['2.5', '1.25', '10'],
  'gpt-4o-mini': ['0.15', '0.075', '0.6'],
  'gpt-4.1': ['2', '0.5', '8'],
  'gpt-4.1-mini': ['0.4', '0.1', '1.6'],
  'gpt-5': ['1.25', '0.125', '10'],
  'gpt-5-mini': ['0.25', '0.025', '2'],
  'gpt-5-nano': ['0.05', '0.005', '0.4'],
  'gpt-5.2': ['1.75', '0.175', '14'],
  'gpt-5.4': ['2.5', '0.25', '15'],
  'gpt-5.4-mini': ['0.75', '0.075', '4.5'],
  'gpt-5.4-nano': ['0.2', '0.02', '1.25'],
  'gpt-5.6-luna': ['0.2', '0.02', '1.2'],
  'gpt-5.6-terra': ['2', '0.2', '12'],
  'gpt-5.6-sol': ['4', '0.4', '20'],
  'gpt-6-luna': ['0.1', '0.01', '0.5'],
  'gpt-6-sol': ['2', '0.2', '10'],
  'gpt-6-astra': ['10', '1', '50'],
}

async function read(models: object | string) {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-catalogue-'))
  const path = join(folder, 'models.json')
  await writeFile(path, typeof models === 'string' ? models : JSON.stringify(models))
  try {
    return await readCatalogue(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

catalogue('has the prices of the price page, by way of the library that keeps them', () => {
  const found = builtInCatalogue.models.map(({ id, prices }) => [
    id,
    [prices.input, prices.cachedInput, prices.output],
  ])
  assert.equal(Object.fromEntries(found), PRICE_PAGE)
  for (const { longContext: long, laneFactors } of builtInCatalogue.models) {
    assert.equal(laneFactors, { individual: 1, batch: 0.5, flex: 0.5 })
    if (long)
      assert.equal(
        [Math.round(long.aboveInputTokens / 1_000), long.inputFactor, long.outputFactor],
        [272, 2, 1.5],
      )
  }
})

catalogue('names the version of the library that is installed', async () => {
  const path = new URL('../../../node_modules/@pydantic/genai-prices/package.json', import.meta.url)
  const { name, version } = JSON.parse(await readFile(path, 'utf8'))
  assert.is(PRICE_SOURCE.name, `${name} ${version}`)
})

catalogue('says of every figure where it was read, and when', () => {
  for (const { id, sources } of builtInCatalogue.models) {
    for (const { name, asOf } of Object.values(sources)) {
      assert.ok(name !== '' && /^\d{4}-\d{2}-\d{2}$/.test(asOf), id)
    }
  }
})

catalogue('takes a price of a file over its own, and says whose it is', async () => {
  const found = await read({ 'gpt-6-luna': { input: 0.08, as_of: '2026-12-01', source: 'my contract' } })
  const model = found.get('gpt-6-luna')
  const usage = { inputTokens: 1_000, cachedTokens: 0, outputTokens: 100 }
  assert.equal(priceOf(model, usage, 'batch'), {
    costNanoUsd: (1_000 * 80 + 100 * 500) / 2,
    row: 'gpt-6-luna batch 2026-12-01',
  })
  assert.equal(model.sources.prices, { name: 'my contract', asOf: '2026-12-01' })
  assert.equal(found.get('gpt-4o'), builtInCatalogue.get('gpt-4o'))
})

catalogue('prices a model that only the file knows', async () => {
  const found = await read({
    'qwen2.5-vl': {
      ...{ like: 'gpt-4o', input: '0.000000001', output: 0, batch_factor: 1, as_of: '2026-11-25' },
      ...{ tile: { base: 10, per_tile: 20 }, takes_temperature: true, shut_down: null },
    },
  })
  const model = found.get('qwen2.5-vl')
  assert.is(imageTokens(model.imageRule, { width: 512, height: 512 }, 'high'), 30)
  const usage = { inputTokens: 2_000_000, cachedTokens: 1_000_000, outputTokens: 5 }
  assert.is(priceOf(model, usage, 'batch').costNanoUsd, 2)
  assert.is(model.shutDown, undefined)
})

catalogue(
  'leaves to a snapshot what its model is charged for long requests, and not to another that is like it',
  async () => {
    const found = await read({
      'gpt-5.4-2026-03-05': { input: 2, as_of: '2026-11-25' },
      mine: { like: 'gpt-5.4', batch_factor: 0.333, as_of: '2026-11-25' },
    })
    const snapshot = found.get('gpt-5.4-2026-03-05')
    assert.equal(snapshot.longContext, builtInCatalogue.get('gpt-5.4').longContext)
    assert.ok(snapshot.isConfirmed)
    assert.is(found.get('mine').longContext, undefined)
    assert.is(found.get('mine').laneFactors.batch, 0.333)
  },
)

catalogue('refuses what it does not understand, naming the value', async () => {
  const wrong: [object | string, RegExp][] = [
    ['{', /"[^"]*models\.json" is not JSON/],
    [{ 'gpt-4o': { input: '1e9', as_of: '2026-11-25' } }, /expected dollars .*gpt-4o/],
    [{ 'gpt-4o': { inptu: 1, as_of: '2026-11-25' } }, /inptu/],
    [{ 'gpt-4o': { input: 1 } }, /as_of/],
    [{ 'gpt-4o': { batch_factor: 0.0004, as_of: '2026-11-25' } }, /multiple of 0\.001.*batch_factor/],
    [{ qwen: { input: 1, as_of: '2026-11-25' } }, /"qwen" is not built in, and says not what it is "like"/],
    [
      { one: { like: 'gpt-4o', as_of: '2026-11-25' }, two: { like: 'one', as_of: '2026-11-25' } },
      /"two" is "like" "one"; no model "one"/,
    ],
    [{ mine: { like: 'gpt-4p', as_of: '2026-11-25' } }, /no model "gpt-4p".*"gpt-4o"/],
  ]
  for (const [models, message] of wrong) assert.match((await rejection(read(models))).message, message)
})

catalogue('is what is built in where there is no file', async () => {
  assert.is(await readCatalogue(join(tmpdir(), 'no', 'models.json')), builtInCatalogue)
})

catalogue.run()
