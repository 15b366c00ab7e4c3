import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { findLatestObservation, listObservations } from '../../../data/records/observations.js'
import { listRuns } from '../../../data/records/runs.js'
import { findSteps } from '../../../data/records/steps.js'
import { done } from '../../../pipeline/engine/asset.js'
import { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { bake, dish, ingredient, makeWorld } from './bakery.js'

const materializing = suite('materializing')

/** flour -> dough -> bread -> shop, with a version of the flour that a test can change. */
function bakery(options: { doughVersion?: () => string; codeVersion?: string } = {}) {
  const bought = { version: 'f1' }
  const flour = ingredient('flour', () => bought.version)
  const { doughVersion, codeVersion = '1' } = options
  const dough = dish('dough', [flour], {
    codeVersion,
    make: (inputs) => (doughVersion ? done({ dataVersion: doughVersion(), metadata: {} }) : bake(inputs)),
  })
  const bread = dish('bread', [dough])
  const shop = dish('shop', [bread, flour])
  return { bought, nodes: [flour, dough, bread, shop] }
}

materializing('makes everything once, inputs first, and then nothing', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  const first = await world.run(nodes)
  assert.is(first.state, 'done')
  assert.equal(world.made, ['dough', 'bread', 'shop'])
  assert.equal(
    first.steps.map(({ asset, state, because }) => [asset, state, because]),
    ['dough', 'bread', 'shop'].map((asset) => [asset, 'done', 'never made']),
  )
  const second = await world.run(nodes)
  assert.equal([second.state, second.steps, world.made], ['done', [], []])
  assert.equal(
    world.told('step.fresh').map(({ asset }) => asset),
    ['dough', 'bread', 'shop'],
  )
  assert.equal(await findSteps(world.db, second.runId), [])
})

materializing('makes what a changed source is read by, and tells why', async () => {
  await using world = await makeWorld()
  const { bought, nodes } = bakery()
  await world.run(nodes)
  bought.version = 'f2'
  await world.run(nodes)
  assert.equal(
    world.told('step.started').map(({ asset, because }) => `${asset}: ${because}`),
    [
      'dough: input "flour" changed',
      'bread: input "dough" changed',
      'shop: input "bread" changed; input "flour" changed',
    ],
  )
})

materializing('stops where the data came out equal', async () => {
  await using world = await makeWorld()
  const { bought, nodes } = bakery({ doughVersion: () => 'always' })
  await world.run(nodes)
  bought.version = 'f2'
  await world.run(nodes)
  assert.equal(world.made, ['dough', 'shop'])
})

materializing('makes an asset again when its code version or its needs change', async () => {
  await using world = await makeWorld()
  await world.run(bakery({ doughVersion: () => 'always' }).nodes)
  const next = bakery({ doughVersion: () => 'always', codeVersion: '2' })
  await world.run(next.nodes)
  assert.equal(world.made, ['dough'])
  assert.is(world.told('step.started')[0]!.because, 'code version went from 1 to 2')

  const salt = ingredient('salt')
  const [flour, dough, bread] = next.nodes
  const salted = [flour!, salt, dough!, bread!, dish('shop', [bread!, salt])]
  await world.run(salted)
  assert.equal(world.made, ['shop'])
  assert.is(world.told('step.started')[0]!.because, 'input "salt" was added, input "flour" was removed')
})

materializing('makes the selected assets although they are fresh, when forced', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  await world.run(nodes)
  const forced = await world.run(nodes, { selection: ['bread'], isForced: true })
  assert.equal(world.made, ['bread'])
  assert.is(forced.steps[0]!.because, 'asked for with --force')
  assert.is((await world.run(nodes)).steps.length, 0)
})

materializing('records what an asset was made from, beside the end of its step', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  const { runId } = await world.run(nodes)
  const [shop] = await listMaterializations(world.db, 'shop', 1)
  const [bread] = await listMaterializations(world.db, 'bread', 1)
  assert.equal(
    { ...shop, id: 0 },
    {
      id: 0,
      asset_key: 'shop',
      run_id: runId,
      code_version: '1',
      data_version: shop!.data_version,
      input_versions: JSON.stringify({ bread: bread!.data_version, flour: 'f1' }),
      metadata: '{"inputs":2}',
      because: 'never made',
      materialized_at: '2026-01-01T00:00:00.000Z',
    },
  )
  const step = (await findSteps(world.db, runId)).find(({ asset_key }) => asset_key === 'shop')!
  assert.equal([step.state, step.materialization_id, step.round], ['done', shop!.id, 1])
})

materializing(
  'records the input versions from before the step, so that what changes meanwhile counts',
  async () => {
    await using world = await makeWorld()
    let version = 'f1'
    const flour = ingredient('flour', () => version)
    let isFirst = true
    const dough = dish('dough', [flour], {
      async make(inputs) {
        assert.is(inputs['flour']!.dataVersion, version)
        if (isFirst) version = 'f2'
        isFirst = false
        return bake(inputs)
      },
    })
    await world.run([flour, dough])
    await world.run([flour, dough])
    assert.equal(world.made, ['dough'])
    const made = await listMaterializations(world.db, 'dough', 9)
    assert.equal(
      made.map(({ input_versions }) => input_versions),
      ['{"flour":"f2"}', '{"flour":"f1"}'],
    )
  },
)

materializing(
  'looks at every source above the selection, and shares a record between equal looks',
  async () => {
    await using world = await makeWorld()
    const { bought, nodes } = bakery()
    const tea = ingredient('tea', () => {
      throw new Error('nobody asked for tea')
    })
    await world.run([...nodes, tea], { selection: ['+shop'] })
    world.clock.advance(1_000)
    await world.run([...nodes, tea], { selection: ['shop'] })
    assert.equal(
      world.told('source.observed').map(({ asset, isNew }) => [asset, isNew]),
      [['flour', false]],
    )
    const latest = (await findLatestObservation(world.db, 'flour'))!
    assert.equal(
      [latest.data_version, latest.previous_version, latest.first_observed_at, latest.observed_at],
      ['f1', null, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z'],
    )
    bought.version = 'f2'
    await world.run(nodes, { selection: ['flour'] })
    assert.equal([world.told('source.observed')[0]!.isNew, world.made], [true, []])
    bought.version = 'f1'
    await world.run(nodes, { selection: ['flour'] })
    assert.equal(
      (await listObservations(world.db, 'flour', 9)).map((row) => [row.data_version, row.previous_version]),
      [
        ['f1', 'f2'],
        ['f2', 'f1'],
        ['f1', null],
      ],
    )
  },
)

materializing('makes a narrow selection, and warns of what is out of date above it', async () => {
  await using world = await makeWorld()
  const { bought, nodes } = bakery()
  await world.run(nodes)
  bought.version = 'f2'
  await world.run(nodes, { selection: ['shop'] })
  assert.equal(world.made, ['shop'])
  assert.equal(
    world.told('input.stale').map(({ asset, input, because }) => `${asset} <- ${input}: ${because}`),
    ['shop <- dough: input "flour" changed'],
  )
})

materializing('warns of the nearest asset that can be made, not of what that will bring along', async () => {
  await using world = await makeWorld()
  const dough = dish('dough', [])
  await world.run([dough, dish('bread', [dough])])
  const filling = dish('filling', [])
  const pie = dish('dough', [filling])
  await world.run([filling, pie, dish('bread', [pie])], { selection: ['bread'] })
  assert.equal(
    world.told('input.stale').map(({ input, because }) => `${input}: ${because}`),
    ['dough: input "filling" was added'],
  )
})

materializing('says what to type when something above was never made', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  const { state, error, steps } = await world.run(nodes, { selection: ['shop'] })
  assert.is(state, 'failed')
  assert.instance(error, HemlineError)
  const { code, message, hint } = error as HemlineError
  assert.is(code, 'missing_input')
  assert.is(message, '"shop" needs "bread", which was never made')
  assert.is(hint, 'Make what stands above it too: hemline materialize +shop')
  assert.equal([steps[0]!.state, world.made], ['failed', []])
})

materializing('writes nothing for a selection that cannot be read', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  const error = await rejection(world.run(nodes, { selection: ['brad'] }))
  assert.is(error.message, 'no asset "brad"; did you mean "bread"?')
  assert.equal(await listRuns(world.db, 1), [])
})

materializing.run()
