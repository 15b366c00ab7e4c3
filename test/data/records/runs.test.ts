import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findRuns, insertRun, listRuns, moveRun } from '../../../data/records/runs.js'
import { temporaryDatabase } from '../temporary-database.js'

const runs = suite('records of runs')

const began = new Date('2026-01-01T00:00:00.000Z')
const later = new Date('2026-01-01T00:01:00.000Z')

runs('move only from the state that is expected, and say whether they did', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const id = await insertRun(db, { selection: '*', trigger: 'person' }, began)
  assert.is(await moveRun(db, id, ['waiting'], 'running', later), false)
  assert.is(await moveRun(db, id, ['running'], 'waiting', later), true)
  assert.is((await listRuns(db, 1))[0]!.finished_at, null)
  assert.is(await moveRun(db, id, ['running', 'waiting'], 'failed', later, { code: 'x', message: 'y' }), true)
  assert.is(await moveRun(db, id, ['running', 'waiting'], 'done', later), false)
  assert.is(await moveRun(db, id + 1, ['running'], 'done', later), false)
  assert.equal(await listRuns(db, 9), [
    {
      ...{ id, selection: '*', trigger: 'person', state: 'failed', is_forced: 0, request_limit: null },
      ...{ started_at: began.toISOString(), finished_at: later.toISOString() },
      ...{ error_code: 'x', error: 'y', successor_id: null },
      ...{ method: null, max_cost_nano_usd: null, is_spread: 0 },
    },
  ])
})

runs('are listed newest first up to a limit, and found by state oldest first', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const ids: number[] = []
  for (let run = 0; run < 4; run++) {
    ids.push(await insertRun(db, { selection: '*', trigger: 'person' }, began))
  }
  await moveRun(db, ids[1]!, ['running'], 'done', later)
  await moveRun(db, ids[2]!, ['running'], 'waiting', later)
  assert.equal(
    (await listRuns(db, 2)).map(({ id }) => id),
    [ids[3], ids[2]],
  )
  assert.equal(
    (await findRuns(db, ['running', 'waiting'])).map(({ id }) => id),
    [ids[0], ids[2], ids[3]],
  )
  assert.equal(await findRuns(db, ['held']), [])
})

runs.run()
