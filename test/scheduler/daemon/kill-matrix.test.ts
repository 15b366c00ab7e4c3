import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Case,
  PICTURES,
  assertPaidOnce,
  goOn,
  inPool,
  killAtCall,
  makeCase,
  startDaemon,
} from './kill-case.js'
import { type Outcome, outcomeOf } from './small-home.js'

const matrix = suite('killing the daemon at every boundary')

/** In CI it dies after each boundary: what is on disk before the next one is the same. `KILL_MATRIX=all` does both. */
const EVERY = process.env['KILL_MATRIX'] === 'all'
const PARTS = 2

function check(world: Case, undisturbed: Outcome, where: string): Promise<void> {
  return assertPaidOnce(world, { outcome: undisturbed, pictures: PICTURES, parts: PARTS }, where)
}

let undisturbed: Outcome
let boundaries: string[]
let calls: string[]

matrix('an undisturbed daemon shows which boundaries there are', async () => {
  await using calm = await makeCase()
  boundaries = await startDaemon(calm).ended
  undisturbed = await outcomeOf(calm.small.home)
  calls = calm.proxy.calls
  await check(calm, undisturbed, 'undisturbed')
  assert.equal(
    undisturbed.batches.map(({ state }) => state),
    ['collected', 'collected'],
  )
  assert.ok(
    boundaries.length > 100 && calls.length > 5,
    `${boundaries.length} boundaries, ${calls.length} calls`,
  )
})

matrix('each write, commit, rename and removal on disk', async () => {
  const targets = boundaries.filter((label) => EVERY || label.startsWith('after'))
  const missed: string[] = []
  await inPool(targets, async (target) => {
    await using world = await makeCase()
    const { child, ended } = startDaemon(world, target)
    await ended
    if (child.signalCode !== 'SIGKILL') missed.push(target)
    await goOn(world)
    await check(world, undisturbed, target)
  })
  // How often it polls is a matter of time, so a late poll may not come again; what happens once must have been hit.
  assert.equal(
    missed.filter((target) => target.endsWith('#1')),
    [],
  )
})

matrix('each call, before the provider sees it and after it acted', async () => {
  const targets = calls.flatMap((call, index) =>
    (['before', 'after'] as const).map((phase) => ({ call, at: index + 1, phase })),
  )
  await inPool(targets, async ({ call, at, phase }) => {
    await using world = await makeCase()
    await killAtCall(world, { at, phase })
    await goOn(world)
    await check(world, undisturbed, `${phase} call ${at}, "${call}"`)
  })
})

matrix.run()
