import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Db, openDatabase } from '../../../data/database.js'
import { listPostRecords } from '../../../data/records/posts.js'
import { reviveCancelledRequests } from '../../../data/records/request-revival.js'
import { countWantedRequests } from '../../../data/records/requests.js'
import type { Clock } from '../../../pipeline/clock.js'
import { parseFaultScript } from '../../../pipeline/provider/local-server/faults/fault-script.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import type { SendingSections } from '../../../scheduler/sending.js'
import { fastFolder } from './fast-folder.js'
import { makeSmallHome, quickResponder, schedulerOf } from './small-home.js'

const unlucky = suite('a daemon with an unlucky batch')

const MINUTE = 60_000

type Watched = {
  db: Db
  passMinutes(minutes: number, each?: number): Promise<void>
  states(): Promise<string[]>
}

/** Four pictures, two a batch, a provider with one fault, and a daemon whose clock is moved by the minute. */
async function watch(
  rule: object | undefined,
  look: (watched: Watched) => Promise<void>,
  sections: SendingSections = {},
): Promise<void> {
  await using small = await makeSmallHome(4, sections)
  const directory = await mkdtemp(join(fastFolder, 'hemline-unlucky-'))
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = {
    now: () => new Date(now),
    async sleep(ms, signal) {
      for (const until = now + ms; now < until && !signal?.aborted;) await sleep(1)
    },
  }
  const faults = parseFaultScript({ rules: rule ? [{ ...rule, times: 1 }] : [] })
  const server = await startLocalServer({ directory, respond: quickResponder(), clock, faults })
  const db = await openDatabase(small.home.database)
  try {
    const automation = { cut_hours: 0, poll_seconds: 30 }
    const scheduler = await schedulerOf(small, db, { url: server.url, clock, automation, sections })
    await look({
      db,
      async passMinutes(minutes, each = 1) {
        for (let passed = 0; passed < minutes; passed += each) {
          now += each * MINUTE
          while (await scheduler.tick());
          await sleep(20)
        }
      },
      async states() {
        const batches = await db.selectFrom('batches').select('state').orderBy('state').execute()
        return batches.map(({ state }) => state)
      },
    })
  } finally {
    await db.destroy()
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
}

// Where pictures keep coming, some batch is always at the provider: waiting for the last one would be waiting for ever.
unlucky('keeps no other answers from their posts while one does not end', () =>
  watch({ fault: 'stall', looks: 1_000 }, async ({ db, passMinutes, states }) => {
    await passMinutes(30)
    assert.equal(await states(), ['collected', 'open'])
    const posts = await listPostRecords(db, { afterKey: '', limit: 10 })
    const shown = posts.flatMap(({ record }) =>
      (JSON.parse(record) as { images: { state: string }[] }).images.map((image) => image.state),
    )
    assert.equal(shown.toSorted(), ['described', 'described', 'pending', 'pending'])
  }),
)

unlucky('asks again what somebody cancelled only once a person wants it', () =>
  watch({ fault: 'cancel' }, async ({ db, passMinutes, states }) => {
    await passMinutes(30)
    assert.equal(await states(), ['collected', 'collected'])
    const left = await countWantedRequests(db)
    assert.equal([left.answered, left.pending], [3, 1])
    assert.is(await reviveCancelledRequests(db), 1)
    await passMinutes(10)
    assert.equal(await states(), ['collected', 'collected', 'collected'])
    assert.is((await countWantedRequests(db)).answered, 4)
  }),
)

unlucky('sends what the day may cost, and the rest when the day turns', () =>
  watch(
    undefined,
    async ({ passMinutes, states }) => {
      await passMinutes(60)
      assert.equal(await states(), ['collected'])
      await passMinutes(24 * 60, 15)
      assert.equal(await states(), ['collected', 'collected'])
    },
    // Two of the four pictures: a batch of two is expected to cost some $0.00017, and costs some $0.00013.
    { budget: { day_usd: 0.0002 } },
  ),
)

unlucky.run()
