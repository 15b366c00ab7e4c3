import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { listPostRecords } from '../../../data/records/posts.js'
import type { Clock } from '../../../pipeline/clock.js'
import { parseFaultScript } from '../../../pipeline/provider/local-server/faults/fault-script.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import { fastFolder } from './fast-folder.js'
import { makeSmallHome, quickResponder, schedulerOf } from './small-home.js'

const slow = suite('a batch that does not end')

const MINUTE = 60_000

// Where pictures keep coming, some batch is always at the provider: waiting for the last one would be waiting for ever.
slow('keeps no other answers from their posts', async () => {
  await using small = await makeSmallHome(3)
  const directory = await mkdtemp(join(fastFolder, 'hemline-slow-'))
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { now: () => new Date(now), sleep: (_ms, signal) => sleep(1, undefined, { signal }) }
  const faults = parseFaultScript({ rules: [{ fault: 'stall', times: 1, looks: 1_000 }] })
  const server = await startLocalServer({ directory, respond: quickResponder(), clock, faults })
  const db = await openDatabase(small.home.database)
  try {
    const automation = { cut_hours: 0, poll_seconds: 30 }
    const scheduler = await schedulerOf(small, db, { url: server.url, clock, automation })
    for (let minute = 0; minute < 30; minute++) {
      now += MINUTE
      while (await scheduler.tick());
      await sleep(20)
    }
    const batches = await db.selectFrom('batches').select('state').orderBy('state').execute()
    assert.equal(
      batches.map(({ state }) => state),
      ['collected', 'open'],
    )
    const posts = await listPostRecords(db, { afterKey: '', limit: 10 })
    const states = posts.flatMap(({ record }) =>
      (JSON.parse(record) as { images: { state: string }[] }).images.map((image) => image.state),
    )
    assert.equal(states.toSorted(), ['described', 'pending', 'pending'])
  } finally {
    await db.destroy()
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
})

slow.run()
