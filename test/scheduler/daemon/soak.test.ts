import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fastFolder } from './fast-folder.js'
import { openDatabase } from '../../../data/database.js'
import type { Clock } from '../../../pipeline/clock.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import { dailyCleaning } from '../../../scheduler/daemon/daily-cleaning.js'
import { retentionSchema } from '../../../scheduler/retention.js'
import { makeSmallHome, paintPicture, quickResponder, schedulerOf } from './small-home.js'

const soak = suite('a daemon that is left alone')

setFlagsFromString('--expose-gc')
/** Without it the heap's size is what the collector has not got round to. */
const collectGarbage = runInNewContext('gc') as () => void

/** `SOAK_DAYS=3650` for the long form. */
const DAYS = Number(process.env['SOAK_DAYS'] ?? 365)
const HOUR = 3_600_000
/** Each look at the folder, and what follows, is a few ticks. */
const TICKS_A_DAY = 6

soak('keeps its memory flat and its file bounded', async () => {
  await using small = await makeSmallHome(2)
  const directory = await mkdtemp(join(fastFolder, 'hemline-soak-'))
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(ms, signal) {
      for (const until = now + ms; now < until && !signal?.aborted;) await sleep(1)
    },
  }
  const server = await startLocalServer({ directory, respond: quickResponder(), clock })
  const db = await openDatabase(small.home.database)
  const sizes: number[] = []
  const heaps: number[] = []
  try {
    const clean = dailyCleaning(db, small.home, { clock, notify: () => {} })
    const retention = retentionSchema.parse({ ticks_days: 10, runs_days: 10 })
    const scheduler = await schedulerOf(small, db, { url: server.url, clock, automation: { cut_hours: 0 } })
    for (let day = 0; day < DAYS; day++) {
      // Every day one picture is taken for another.
      await paintPicture(join(small.images, 'post-1', '1.jpg'), day + 10)
      for (let tick = 0; tick < TICKS_A_DAY; tick++) {
        now += (24 * HOUR) / TICKS_A_DAY
        while (await scheduler.tick());
      }
      await sleep(20)
      await clean(retention)
      sizes.push((await stat(small.home.database)).size)
      collectGarbage()
      heaps.push(process.memoryUsage().heapUsed)
    }
    const { count } = await db
      .selectFrom('materializations')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    assert.ok(count > DAYS * 4, `only ${count} materializations`)
    // After the retained days only materializations, requests and answers are added.
    const settled = sizes[Math.floor(DAYS / 3)]!
    const perDay = (sizes.at(-1)! - settled) / (DAYS - Math.floor(DAYS / 3))
    const third = Math.floor(DAYS / 3)
    const heapBefore = Math.min(...heaps.slice(third, 2 * third))
    const heapAfter = Math.min(...heaps.slice(2 * third))
    console.log(
      `${DAYS} days, ${count} materializations: the file grows by ${Math.round(perDay)} bytes a day to ${sizes.at(-1)}, ` +
        `the heap goes from ${Math.round(heapBefore / 1e6)} to ${Math.round(heapAfter / 1e6)} MB`,
    )
    assert.ok(perDay < 20_000, `${perDay} bytes a day`)
    assert.ok(heapAfter < heapBefore * 1.2 + 2e6, `${heapBefore} -> ${heapAfter}`)
  } finally {
    await db.destroy()
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
})

soak.run()
