import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import sharp from 'sharp'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { countIntents } from '../../../data/records/batches.js'
import { findLatestSteps } from '../../../data/records/steps.js'
import { type Case, assertPaidOnce, goOn, inPool, killAtCall, makeCase, startDaemon } from './kill-case.js'
import { type Outcome, outcomeOf } from './small-home.js'

const killing = suite('killing a daemon that sends parts while it writes others')

/** Two a part. */
const PICTURES = 12
const PARTS = 6
/** Large enough that writing a part takes longer than sending one. */
const SIZE = { width: 1_800, height: 2_400 }
/** Each has three calls: a look for the upload, the upload, the batch. */
const PARTS_KILLED_AT = 2
const CALLS = 3 * PARTS_KILLED_AT
const BOUNDARIES = [
  'insert batches #1',
  'update batches #1',
  'update batches #2',
  'commit of update batches update parts update requests #1',
  'insert batches #2',
  ...[2, 3, 4].map((number) => `commit of insert parts update requests #${number}`),
]
/** As in the matrix: in CI it dies after each, with `KILL_MATRIX=all` before it as well. */
const PHASES = process.env['KILL_MATRIX'] === 'all' ? ['before', 'after'] : ['after']

const large = new Map<string, Buffer>()

async function makeSlowCase(): Promise<Case> {
  const world = await makeCase({}, PICTURES)
  const { images } = world.small
  const names = (await readdir(images, { recursive: true })).filter((name) => name.endsWith('.jpg'))
  for (const name of names) {
    const path = join(images, name)
    const picture =
      large.get(name) ??
      (await sharp(path)
        .resize({ ...SIZE, fit: 'fill' })
        .toBuffer())
    large.set(name, picture)
    await writeFile(path, picture)
  }
  return world
}

/** Whether it was writing parts, and had begun to send others. */
async function wasAtBoth({ small }: Case): Promise<boolean> {
  const db = await openDatabase(small.home.database)
  try {
    const step = (await findLatestSteps(db)).get('tasks_file')
    return step?.state === 'running' && (await countIntents(db)) > 0
  } finally {
    await db.destroy()
  }
}

function check(world: Case, undisturbed: Outcome, where: string): Promise<void> {
  return assertPaidOnce(world, { outcome: undisturbed, pictures: PICTURES, parts: PARTS }, where)
}

let undisturbed: Outcome

killing('an undisturbed one sends each part once', async () => {
  await using calm = await makeSlowCase()
  await startDaemon(calm).ended
  undisturbed = await outcomeOf(calm.small.home)
  await check(calm, undisturbed, 'undisturbed')
  assert.is(undisturbed.charges.requests, PICTURES)
})

killing('at each write of what is sent, and of what is written meanwhile', async () => {
  let both = 0
  const targets = PHASES.flatMap((phase) => BOUNDARIES.map((boundary) => `${phase} ${boundary}`))
  await inPool(targets, async (target) => {
    await using world = await makeSlowCase()
    const { child, ended } = startDaemon(world, target)
    await ended
    assert.is(child.signalCode, 'SIGKILL', target)
    if (await wasAtBoth(world)) both++
    await goOn(world)
    await check(world, undisturbed, target)
  })
  assert.ok(both > 0, 'it was never at both')
})

killing('at each call, before the provider sees it and after it acted', async () => {
  const targets = Array.from({ length: CALLS }, (_, index) => index + 1).flatMap((at) =>
    (['before', 'after'] as const).map((phase) => ({ at, phase })),
  )
  let both = 0
  await inPool(targets, async ({ at, phase }) => {
    await using world = await makeSlowCase()
    await killAtCall(world, { at, phase })
    if (await wasAtBoth(world)) both++
    await goOn(world)
    await check(world, undisturbed, `${phase} call ${at}`)
  })
  assert.ok(both > 0, 'it was never at both')
})

killing.run()
