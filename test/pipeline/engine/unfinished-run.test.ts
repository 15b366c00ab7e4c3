import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { listRuns } from '../../../data/records/runs.js'
import { findSteps } from '../../../data/records/steps.js'
import { done, held } from '../../../pipeline/engine/asset.js'
import { HemlineError } from '../../../pipeline/errors.js'
import { bake, dish, ingredient, makeWorld } from './bakery.js'

const ends = suite('a run that cannot do everything')

ends('runs the other branches when one fails, and records the failure on step and run', async () => {
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

ends('tries again what failed, although no version changed', async () => {
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

ends('fails only what stands below a source that cannot be looked at', async () => {
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

ends('ends held where a person must decide, and asks again next time', async () => {
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
  ends(`refuses an asset that returns ${name}`, async () => {
    await using world = await makeWorld()
    const odd = dish('odd', [], { make: () => outcome as never })
    const { state, error } = await world.run([odd], { waits: true })
    assert.is(state, 'failed')
    assert.is((error as HemlineError).code, 'bad_outcome')
    assert.is((error as HemlineError).message, `"odd" returned ${complaint}`)
    assert.equal(await listMaterializations(world.db, 'odd', 1), [])
  })
}

ends('ends interrupted when it is stopped, and the next run goes on from there', async () => {
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

ends('ends interrupted when it is stopped while it looks at a source', async () => {
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

ends('begins no further step once it is stopped between two', async () => {
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

ends('fails without leaving an open run when what listens to it fails', async () => {
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

ends.run()
