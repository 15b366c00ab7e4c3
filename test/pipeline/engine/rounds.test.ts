import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { listRuns } from '../../../data/records/runs.js'
import { findSteps } from '../../../data/records/steps.js'
import { done, waiting } from '../../../pipeline/engine/asset.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { dish, makeWorld } from './bakery.js'
import { TestClock } from './test-clock.js'

const rounds = suite('rounds')

/** orders -> oven -> shop, where the oven burns the loaves of the first tries and the orders ask for them again. */
function bakery(burnt: number) {
  const loaves = { left: burnt, baked: 0, orders: 0 }
  const orders = dish('orders', [], {
    pending: () =>
      loaves.left > 0 && loaves.baked > 0 ? `${loaves.left} loaves are worth another try` : undefined,
    make: () => done({ dataVersion: `order ${++loaves.orders}`, metadata: {} }),
  })
  const oven = dish('oven', [orders], {
    make: () => {
      if (loaves.baked > 0) loaves.left--
      return done({ dataVersion: `baked ${++loaves.baked}`, metadata: {} })
    },
  })
  return [orders, oven, dish('shop', [oven])]
}

rounds('follow until nothing is worth another try, in one run', async () => {
  await using world = await makeWorld()
  const { state, runId } = await world.run(bakery(2))
  assert.is(state, 'done')
  assert.equal(world.made, ['orders', 'oven', 'shop', 'orders', 'oven', 'shop', 'orders', 'oven', 'shop'])
  assert.equal(
    world.told('round.started').map(({ round, because }) => `${round}: ${because}`),
    ['2: orders: 2 loaves are worth another try', '3: orders: 1 loaves are worth another try'],
  )
  const steps = await findSteps(world.db, runId)
  assert.equal(
    steps.map(({ asset_key, round, state: stepState }) => `${round} ${asset_key} ${stepState}`),
    [1, 2, 3].flatMap((round) => ['orders', 'oven', 'shop'].map((key) => `${round} ${key} done`)),
  )
})

rounds('end when one of them changes nothing, and say what does not settle', async () => {
  await using world = await makeWorld()
  const stubborn = dish('stubborn', [], {
    pending: () => '1 crumb is left',
    make: () => done({ dataVersion: 'same', metadata: {} }),
  })
  const { state } = await world.run([stubborn])
  assert.equal([state, world.made.length], ['done', 2])
  assert.equal(world.told('asset.unsettled'), [
    { kind: 'asset.unsettled', asset: 'stubborn', because: '1 crumb is left' },
  ])
})

rounds('end with an error when they change something for ever', async () => {
  await using world = await makeWorld()
  let version = 0
  const restless = dish('restless', [], {
    pending: () => 'there is always more',
    make: () => done({ dataVersion: `v${++version}`, metadata: {} }),
  })
  const { state, error, steps } = await world.run([restless])
  assert.equal([state, world.made.length], ['failed', 50])
  assert.is((error as HemlineError).code, 'does_not_settle')
  assert.is(
    (error as HemlineError).message,
    '"restless" is still out of date after 50 rounds: there is always more',
  )
  assert.equal([steps.length, steps[0]!.state], [1, 'done'])
  assert.is((await listRuns(world.db, 1))[0]!.error_code, 'does_not_settle')
  assert.is((await listMaterializations(world.db, 'restless', 99)).length, 50)
})

rounds('are not counted together when something was waited for between them', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  let rest = 80
  let isDue = false
  const queue = dish('queue', [], {
    pending: () => (rest > 0 ? `${rest} wait for room` : undefined),
    make: () => {
      isDue = !isDue
      if (isDue) return waiting(new Date(clock.now().getTime() + 1_000), 'no room')
      return done({ dataVersion: `rest ${--rest}`, metadata: {} })
    },
  })
  assert.is((await world.run([queue], { waits: true })).state, 'done')
  assert.is(rest, 0)
})

rounds('force only in the first', async () => {
  await using world = await makeWorld()
  const nodes = bakery(0)
  await world.run(nodes)
  const extra = dish('extra', [], {
    pending: () => (world.made.filter((key) => key === 'extra').length === 1 ? 'once more' : undefined),
    make: () => done({ dataVersion: `extra ${world.made.length}`, metadata: {} }),
  })
  await world.run([...nodes, extra], { isForced: true })
  assert.equal(world.made, ['orders', 'oven', 'shop', 'extra', 'extra'])
})

rounds('do not begin while something waits or is held', async () => {
  const clock = new TestClock()
  await using world = await makeWorld(clock)
  const slow = dish('slow', [], { make: () => waiting(new Date(clock.now().getTime() + 1_000), 'not yet') })
  const { state } = await world.run([...bakery(1), slow])
  assert.equal([state, world.made], ['waiting', ['orders', 'oven', 'shop', 'slow']])
})

rounds.run()
