import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { findRun, insertRun } from '../../../data/records/runs.js'
import { countStates } from '../../../data/records/state-counts.js'
import { systemClock } from '../../../pipeline/clock.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import { fastFolder } from './fast-folder.js'
import { makeSmallHome, quickResponder, schedulerOf } from './small-home.js'

const limited = suite('a run with a limit')

limited('that is stopped between its tasks file and its batch sends that file when it goes on', async () => {
  await using small = await makeSmallHome(4)
  const directory = await mkdtemp(join(fastFolder, 'hemline-limited-'))
  const server = await startLocalServer({ directory, respond: quickResponder(), clock: systemClock })
  const db = await openDatabase(small.home.database)
  const options = {
    ...{ url: server.url, clock: systemClock },
    automation: { cut_hours: 24, poll_seconds: 0.01 },
  }
  const run = await insertRun(
    db,
    { selection: '*', trigger: 'person', requestLimit: 2 },
    systemClock.now(),
    'queued',
  )
  const stop = new AbortController()
  const stopped = await schedulerOf(small, db, {
    ...options,
    signal: stop.signal,
    notify: (event) => {
      if (event.kind === 'step.done' && event.asset === 'tasks_file') stop.abort(new Error('stopped'))
    },
  })
  while (!stop.signal.aborted) await stopped.tick()
  assert.is((await findRun(db, run))?.state, 'queued')

  const next = await schedulerOf(small, db, options)
  while ((await findRun(db, run))?.state !== 'done') {
    await next.tick()
    await sleep(5)
  }
  const { requests } = await countStates(db)
  assert.is(requests.answered, 2)
  await db.destroy()
  await server.close()
  await rm(directory, { recursive: true })
})

limited.run()
