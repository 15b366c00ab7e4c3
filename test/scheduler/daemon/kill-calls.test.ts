import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { findBatches } from '../../../data/records/batches.js'
import { type Case, PICTURES, goOn, inPool, killAtCall, makeCase, startDaemon } from './kill-case.js'
import { type Outcome, outcomeOf } from './small-home.js'

const killing = suite('killing a daemon that asks one by one, at every boundary')

const AT_ONCE = 2
const SECTIONS = { sending: { method: 'individual', calls_at_once: AT_ONCE } } as const
const ASK = 'POST /v1/chat/completions'

async function lostCalls({ small }: Case): Promise<number> {
  const db = await openDatabase(small.home.database)
  try {
    const batches = await findBatches(db, ['collected'])
    return batches.reduce((sum, batch) => sum + batch.lost_calls, 0)
  } finally {
    await db.destroy()
  }
}

/** What is paid twice is at most what was in the air, and the record says how much that may be. */
async function check(world: Case, undisturbed: Outcome, where: string): Promise<void> {
  assert.equal(await outcomeOf(world.small.home), undisturbed, where)
  const asked = world.proxy.calls.filter((call) => call === ASK).length
  const lost = await lostCalls(world)
  assert.ok(asked - PICTURES <= lost, `${where}: asked ${asked} times, ${lost} lost`)
  assert.ok(lost <= AT_ONCE, `${where}: ${lost} lost`)
}

let undisturbed: Outcome
let boundaries: string[]

killing('an undisturbed one asks each once, and loses none', async () => {
  await using calm = await makeCase(SECTIONS)
  boundaries = await startDaemon(calm).ended
  undisturbed = await outcomeOf(calm.small.home)
  await check(calm, undisturbed, 'undisturbed')
  assert.equal([await lostCalls(calm), calm.proxy.calls.length], [0, PICTURES])
  assert.is(undisturbed.charges.requests, PICTURES)
})

killing('each write, commit, rename and removal on disk', async () => {
  const targets = boundaries.filter((label) => label.startsWith('after'))
  assert.ok(targets.length > 40, `${targets.length} boundaries`)
  await inPool(targets, async (target) => {
    await using world = await makeCase(SECTIONS)
    await startDaemon(world, target).ended
    await goOn(world)
    await check(world, undisturbed, target)
  })
})

killing('each request, before the provider sees it and after it answered', async () => {
  const targets = [1, 2, 3].flatMap((at) => (['before', 'after'] as const).map((phase) => ({ at, phase })))
  await inPool(targets, async ({ at, phase }) => {
    await using world = await makeCase(SECTIONS)
    await killAtCall(world, { at, phase })
    await goOn(world)
    await check(world, undisturbed, `${phase} request ${at}`)
  })
})

killing.run()
