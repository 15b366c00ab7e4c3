import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { findLatestObservation, listObservations } from '../../../data/records/observations.js'
import { listRuns } from '../../../data/records/runs.js'
import { findSteps } from '../../../data/records/steps.js'
import { done, held } from '../../../pipeline/engine/asset.js'
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

materializing('runs the other branches when one fails, and records the failure on step and run', async () => {
  await using world = await makeWorld()
  let hasPower = false
  const milk = ingredient('milk')
  const oven = dish('oven', [milk], {
    make: (inputs) => {
      if (hasPower) return bake(inputs)
      throw new HemlineError({ code: 'no_power', message: 'the oven "A" is cold', hint: 'Plug it in.' })
    },
  })
  const cake = dish('cake', [oven])
  const party = dish('party', [cake])
  const drink = dish('drink', [milk])
  const nodes = [milk, oven, cake, drink, party]
  const failed = await world.run(nodes)
  assert.is(failed.state, 'failed')
  assert.equal(world.made, ['oven', 'drink'])
  assert.equal(
    failed.steps.map(({ asset, state, because }) => `${asset} ${state}: ${because}`),
    [
      'oven failed: the oven "A" is cold',
      'cake blocked: "oven" above it is not done',
      'drink done: never made',
      'party blocked: "oven" above it is not done',
    ],
  )
  assert.is((failed.error as HemlineError).code, 'no_power')
  const [run] = await listRuns(world.db, 1)
  assert.equal([run!.state, run!.error_code, run!.error], ['failed', 'no_power', 'the oven "A" is cold'])
  const [step] = await findSteps(world.db, failed.runId)
  assert.equal(
    [step!.state, step!.error_code, step!.because, step!.hint],
    ['failed', 'no_power', 'the oven "A" is cold', 'Plug it in.'],
  )

  hasPower = true
  const mended = await world.run(nodes)
  assert.equal([mended.state, world.made], ['done', ['oven', 'cake', 'party']])
})

materializing('tries again what failed, although no version changed', async () => {
  await using world = await makeWorld()
  let makes = 0
  const dough = dish('dough', [], {
    make: () => {
      if (++makes === 2) throw new Error('dropped it')
      return done({ dataVersion: 'd', metadata: {} })
    },
  })
  await world.run([dough])
  assert.is((await world.run([dough], { isForced: true })).state, 'failed')
  const again = await world.run([dough])
  assert.equal([again.state, again.steps[0]!.because], ['done', 'it failed: dropped it'])
  assert.is((await world.run([dough])).steps.length, 0)
})

materializing('fails only what stands below a source that cannot be looked at', async () => {
  await using world = await makeWorld()
  const flour = ingredient('flour', () => {
    throw new Error('the shop is shut')
  })
  const milk = ingredient('milk')
  const nodes = [flour, milk, dish('dough', [flour]), dish('drink', [milk])]
  const { state, error, steps } = await world.run(nodes)
  assert.equal([state, (error as Error).message, world.made], ['failed', 'the shop is shut', ['drink']])
  assert.equal(
    steps.map((step) => [step.asset, step.state]),
    [
      ['flour', 'failed'],
      ['dough', 'blocked'],
      ['drink', 'done'],
    ],
  )
  assert.is(world.told('source.failed').length, 1)
  assert.is((await listRuns(world.db, 1))[0]!.error, 'the shop is shut')
})

materializing('ends held where a person must decide, and asks again next time', async () => {
  await using world = await makeWorld()
  let mayBuy = false
  const order = dish('order', [], {
    make: (inputs) => (mayBuy ? bake(inputs) : held('it costs $5, more than $2', 'Raise the budget.')),
  })
  const nodes = [order, dish('meal', [order]), dish('snack', [])]
  const stopped = await world.run(nodes)
  assert.equal([stopped.state, world.made], ['held', ['order', 'snack']])
  assert.equal(world.told('step.held')[0], {
    kind: 'step.held',
    asset: 'order',
    because: 'it costs $5, more than $2',
    hint: 'Raise the budget.',
  })
  const [step] = await findSteps(world.db, stopped.runId)
  assert.equal([step!.state, step!.hint], ['held', 'Raise the budget.'])
  assert.ok(step!.finished_at)
  mayBuy = true
  assert.is((await world.run(nodes)).state, 'done')
  assert.equal(world.made, ['order', 'meal'])
})

for (const [name, outcome, complaint] of [
  ['nothing', undefined, 'undefined, which is no outcome'],
  [
    'an empty version',
    { kind: 'done', dataVersion: '', metadata: {} },
    "the data version '', which is not a text",
  ],
  ['no metadata', { kind: 'done', dataVersion: 'v' }, 'the metadata undefined, which is not an object'],
  ['a list', { kind: 'done', dataVersion: 'v', metadata: [1] }, 'the metadata [ 1 ], which is not an object'],
  [
    'an infinite number',
    { kind: 'done', dataVersion: 'v', metadata: { a: [Infinity] } },
    'Infinity as "0" of its metadata, which JSON cannot hold',
  ],
  [
    'a big integer',
    { kind: 'done', dataVersion: 'v', metadata: { a: 1n } },
    '1 as "a" of its metadata, which JSON cannot hold',
  ],
  [
    'far too much',
    { kind: 'done', dataVersion: 'v', metadata: { a: 'x'.repeat(20_000) } },
    '20008 bytes of metadata, more than 16384',
  ],
  [
    'an impossible date',
    { kind: 'waiting', until: new Date(NaN), because: '' },
    'an invalid date to wait for',
  ],
] as const) {
  materializing(`refuses an asset that returns ${name}`, async () => {
    await using world = await makeWorld()
    const odd = dish('odd', [], { make: () => outcome as never })
    const { state, error } = await world.run([odd], { waits: true })
    assert.is(state, 'failed')
    assert.is((error as HemlineError).code, 'bad_outcome')
    assert.is((error as HemlineError).message, `"odd" returned ${complaint}`)
    assert.equal(await listMaterializations(world.db, 'odd', 1), [])
  })
}

materializing('writes nothing for a selection that cannot be read', async () => {
  await using world = await makeWorld()
  const { nodes } = bakery()
  const error = await rejection(world.run(nodes, { selection: ['brad'] }))
  assert.is(error.message, 'no asset "brad"; did you mean "bread"?')
  assert.equal(await listRuns(world.db, 1), [])
})

materializing('ends interrupted when it is stopped, and the next run goes on from there', async () => {
  await using world = await makeWorld()
  const stop = new AbortController()
  const dough = dish('dough', [], {
    async make(inputs, { signal }) {
      stop.abort(new Error('stopped by a person'))
      signal.throwIfAborted()
      return bake(inputs)
    },
  })
  const nodes = [dish('salad', []), dough, dish('bread', [dough]), dish('soup', [])]
  const { state, steps, runId } = await world.run(nodes, { signal: stop.signal })
  assert.is(state, 'interrupted')
  assert.equal(
    steps.map((step) => `${step.asset} ${step.state}`),
    ['salad done', 'dough interrupted', 'bread blocked', 'soup interrupted'],
  )
  assert.equal(
    (await findSteps(world.db, runId)).map((step) => [step.asset_key, step.state]),
    [
      ['salad', 'done'],
      ['dough', 'interrupted'],
    ],
  )
  assert.is((await listRuns(world.db, 1))[0]!.state, 'interrupted')
})

materializing('ends interrupted when it is stopped while it looks at a source', async () => {
  await using world = await makeWorld()
  const stop = new AbortController()
  const looked: string[] = []
  const flour = ingredient('flour', () => {
    looked.push('flour')
    stop.abort()
    throw new Error('the walk was cut short')
  })
  const salt = ingredient('salt', () => String(looked.push('salt')))
  const torn = await world.run([flour, salt, dish('dough', [flour, salt])], { signal: stop.signal })
  assert.equal([torn.state, torn.steps, world.told('source.failed')], ['interrupted', [], []])

  const late = await world.run([salt, ingredient('oil'), dish('dip', [salt])], { signal: stop.signal })
  assert.equal([late.state, looked, world.made], ['interrupted', ['flour'], []])
})

materializing('begins no further step once it is stopped between two', async () => {
  await using world = await makeWorld()
  const stop = new AbortController()
  const nodes = [dish('a', []), dish('b', [])]
  const { state } = await world.run(nodes, {
    signal: stop.signal,
    onEvent: ({ kind }) => kind === 'step.done' && stop.abort(),
  })
  assert.equal([state, world.made], ['interrupted', ['a']])
  assert.is((await world.run(nodes)).state, 'done')
  assert.equal(world.made, ['b'])
})

materializing('fails without leaving an open run when what listens to it fails', async () => {
  await using world = await makeWorld()
  const { state, error } = await world.run([dish('a', [])], {
    onEvent({ kind }) {
      if (kind === 'step.started') throw new Error('the terminal is gone')
    },
  })
  assert.equal([state, (error as Error).message], ['failed', 'the terminal is gone'])
  const [run] = await listRuns(world.db, 1)
  assert.equal([run!.state, run!.error_code], ['failed', 'unexpected'])
  assert.equal(
    (await findSteps(world.db, run!.id)).map((step) => step.state),
    ['interrupted'],
  )
})

materializing.run()
