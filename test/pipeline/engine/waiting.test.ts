import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { listRuns, moveRun } from '../../../data/records/runs.js'
import { findSteps } from '../../../data/records/steps.js'
import { type Outcome, waiting } from '../../../pipeline/engine/asset.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { bake, dish, ingredient, makeWorld } from './bakery.js'
import { TestClock } from './test-clock.js'

const waits = suite('waiting')

const MINUTE_MS = 60_000

/** An asset that is done `minutes` after it was first asked, and asks to be looked at every `every` minutes. */
function slow(key: string, clock: TestClock, minutes: number, every: number) {
  let readyAt: number | undefined
  return dish(key, [], {
    make(inputs): Outcome<{}> {
      readyAt ??= clock.now().getTime() + minutes * MINUTE_MS
      const left = readyAt - clock.now().getTime()
      if (left <= 0) return bake(inputs) as Outcome<{}>
      return waiting(new Date(clock.now().getTime() + every * MINUTE_MS), `${left / MINUTE_MS} minutes to go`)
    },
  })
}

waits('leave a row behind, and whoever comes next goes on in the same run and the same step', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const bread = slow('bread', clock, 10, 10)
  const nodes = [bread, dish('shop', [bread]), dish('tea', [])]
  const first = await world.run(nodes)
  assert.equal([first.state, world.made, clock.slept], ['waiting', ['bread', 'tea'], []])
  assert.equal(first.waitingUntil, new Date('2026-01-01T00:10:00.000Z'))
  assert.equal(
    first.steps.map(({ asset, state, because }) => `${asset} ${state}: ${because}`),
    ['bread waiting: 10 minutes to go', 'shop blocked: "bread" above it is not done', 'tea done: never made'],
  )
  const [row] = await listRuns(world.db, 1)
  assert.equal([row!.state, row!.finished_at], ['waiting', null])
  const [step] = await findSteps(world.db, first.runId)
  assert.equal([step!.state, step!.waiting_until], ['waiting', '2026-01-01T00:10:00.000Z'])

  const early = await world.run(nodes)
  assert.equal([early.state, early.runId, world.made], ['waiting', first.runId, ['bread']])
  clock.advance(10 * MINUTE_MS)
  const last = await world.run(nodes)
  assert.equal([last.state, last.runId, world.made], ['done', first.runId, ['bread', 'shop']])
  assert.is(world.told('run.continued').length, 1)
  assert.equal(
    (await findSteps(world.db, first.runId)).map((each) => `${each.asset_key} ${each.state}`),
    ['bread done', 'tea done', 'shop done'],
  )
  assert.is((await listRuns(world.db, 9)).length, 1)
})

waits('are slept through on request, until nothing waits', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const bread = slow('bread', clock, 3, 1)
  const { state } = await world.run([bread, dish('shop', [bread])], { waits: true })
  assert.equal([state, world.made], ['done', ['bread', 'bread', 'bread', 'bread', 'shop']])
  assert.is(world.told('step.waiting').length, 3)
  assert.equal(clock.slept, [MINUTE_MS, MINUTE_MS, MINUTE_MS])
})

waits('ask the clock every minute, so that a machine that slept is not late', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const { state } = await world.run([slow('bread', clock, 60 * 24 * 40, 60 * 24 * 40)], { waits: true })
  assert.is(state, 'done')
  assert.is(Math.max(...clock.slept), MINUTE_MS)
})

waits('look again only at what is due', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const nodes = [slow('often', clock, 4, 1), slow('rarely', clock, 4, 4)]
  await world.run(nodes, { waits: true })
  assert.equal(world.made, ['often', 'rarely', 'often', 'often', 'often', 'often', 'rarely'])
})

waits('do not spin when an instant is already over', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  let left = 3
  const hasty = dish('hasty', [], {
    make: (inputs) => (left-- > 0 ? waiting(new Date(0), 'soon') : bake(inputs)),
  })
  assert.is((await world.run([hasty], { waits: true })).state, 'done')
  assert.ok(clock.slept.length === 3 && clock.slept.every((ms) => ms >= 50))
})

waits('hold no transaction, and show in the records', async () => {
  const seen: string[] = []
  const world = await makeWorld(
    new TestClock(async () => {
      const [run] = await listRuns(world.db, 1)
      const [step] = await findSteps(world.db, run!.id)
      seen.push(`${run!.state} ${step!.state}`)
    }),
  )
  await using _ = world
  await world.run([slow('bread', world.clock, 1, 1)], { waits: true })
  assert.equal(seen, ['waiting waiting'])
})

waits('stay open when the run is stopped meanwhile', async () => {
  const stop = new AbortController()
  const clock = new TestClock(() => stop.abort())
  await using world = await makeWorld(clock)
  const nodes = [slow('bread', clock, 5, 5)]
  const stopped = await world.run(nodes, { waits: true, signal: stop.signal })
  assert.is(stopped.state, 'waiting')
  assert.is((await listRuns(world.db, 1))[0]!.state, 'waiting')
  clock.advance(5 * MINUTE_MS)
  const resumed = await world.run(nodes)
  assert.equal([resumed.state, resumed.runId], ['done', stopped.runId])
})

waits('end with the run when another selection takes over', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const bread = slow('bread', clock, 5, 5)
  const nodes = [bread, dish('tea', [])]
  const first = await world.run(nodes)
  const second = await world.run(nodes, { selection: ['tea'] })
  assert.is.not(second.runId, first.runId)
  assert.equal(world.told('run.interrupted'), [
    { kind: 'run.interrupted', run: first.runId, because: `run ${second.runId} took over` },
  ])
  const run = (await listRuns(world.db, 9)).find(({ id }) => id === first.runId)!
  assert.equal([run.state, run.error], ['interrupted', `run ${second.runId} took over`])
  assert.equal(
    (await findSteps(world.db, first.runId)).map((step) => step.state),
    ['interrupted', 'done'],
  )
})

waits('go on together with a failure elsewhere, which the run then ends with', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const bread = slow('bread', clock, 2, 1)
  const broken = dish('broken', [], {
    make: () => {
      throw new Error('broken')
    },
  })
  const patient = await world.run([broken, bread, dish('shop', [bread])], { waits: true })
  assert.equal([patient.state, world.made], ['failed', ['broken', 'bread', 'bread', 'bread', 'shop']])

  const other = slow('other', clock, 2, 1)
  const hasty = await world.run([broken, other])
  assert.equal(
    [hasty.state, ...hasty.steps.map((step) => `${step.asset} ${step.state}`)],
    ['failed', 'broken failed', 'other interrupted'],
  )
  const rows = await findSteps(world.db, hasty.runId)
  assert.equal(
    rows.map((step) => step.state),
    ['failed', 'interrupted'],
  )
})

waits('are finished even when the work that was pending is gone meanwhile', async () => {
  await using world = await makeWorld()
  let collected = 0
  const oven = dish('oven', [], {
    pending: () => (collected < 2 ? 'bread is in the oven' : undefined),
    make(): Outcome<{}> {
      collected++
      if (collected === 2) return waiting(new Date('2026-01-02T00:00:00Z'), 'the last loaf cools')
      return { kind: 'done', dataVersion: `loaves ${collected}`, metadata: {} }
    },
  })
  const nodes = [oven, dish('shop', [oven])]
  assert.is((await world.run(nodes)).state, 'waiting')
  const last = await world.run(nodes)
  assert.equal([last.state, world.made], ['done', ['oven', 'shop']])
  assert.is(world.told('step.started')[0]!.because, 'it waits: the last loaf cools')
  assert.is((await world.run(nodes)).steps.length, 0)
})

waits('are finished in the same run as well when that work is gone', async () => {
  await using world = await makeWorld()
  let collected = 0
  const oven = dish('oven', [], {
    pending: () => (collected === 1 ? 'bread is in the oven' : undefined),
    make(): Outcome<{}> {
      collected++
      if (collected === 2) return waiting(new Date('2026-01-02T00:00:00Z'), 'the last loaf cools')
      return { kind: 'done', dataVersion: `loaves ${collected}`, metadata: {} }
    },
  })
  await world.run([oven], { selection: ['oven'], waits: true })
  assert.is(collected, 3)
  const [made] = await listMaterializations(world.db, 'oven', 1)
  assert.is(made!.data_version, 'loaves 3')
})

waits('leave the run to another process that went on with it meanwhile', async () => {
  const world = await makeWorld(
    new TestClock(async () => {
      const [run] = await listRuns(world.db, 1)
      await moveRun(world.db, run!.id, ['waiting'], 'running', world.clock.now())
    }),
  )
  await using _ = world
  const { state, error } = await world.run([slow('bread', world.clock, 1, 1)], { waits: true })
  assert.equal([state, (error as HemlineError).code], ['interrupted', 'run_taken_over'])
  assert.is((await listRuns(world.db, 1))[0]!.state, 'running')
})

waits('do not keep a run whose waiting step has nothing to do any more', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const flour = ingredient('flour')
  const nodes = [flour, slow('bread', clock, 5, 5)]
  const first = await world.run(nodes)
  clock.advance(5 * MINUTE_MS)
  assert.is((await world.run(nodes, { selection: ['bread'] })).state, 'done')
  const rows = await findSteps(world.db, first.runId)
  assert.ok(rows.every((step) => step.state === 'interrupted' && step.finished_at))
})

waits.run()
