import { sql } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DataError } from '../../../data/data-error.js'
import type { Db } from '../../../data/database.js'
import { findLatestMaterializations } from '../../../data/records/materializations.js'
import { insertRun, moveRun } from '../../../data/records/runs.js'
import {
  endStep,
  findLastRound,
  findLatestSteps,
  findSteps,
  finishStep,
  interruptSteps,
  startStep,
} from '../../../data/records/steps.js'
import { rejection } from '../../rejection.js'
import { temporaryDatabase } from '../temporary-database.js'

const steps = suite('records of steps')

const now = new Date('2026-01-01T00:00:00.000Z')
const later = new Date('2026-01-01T00:05:00.000Z')

function begin(db: Db, runId: number, assetKey = 'bread', round = 1): Promise<number> {
  return startStep(db, { runId, assetKey, round, because: 'never made' }, now)
}

function bread(runId: number) {
  return {
    ...{ asset_key: 'bread', run_id: runId, code_version: '1', data_version: 'v1' },
    ...{ input_versions: '{}', metadata: '{}', because: 'never made' },
  }
}

steps('end with what they made, in one transaction', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  const id = await begin(db, runId)
  await finishStep(db, id, bread(runId), later)
  const made = (await findLatestMaterializations(db)).get('bread')!
  assert.equal([made.data_version, made.materialized_at], ['v1', later.toISOString()])
  const [step] = await findSteps(db, runId)
  assert.equal(
    [step!.state, step!.materialization_id, step!.finished_at],
    ['done', made.id, later.toISOString()],
  )
})

steps('leave no materialization when their own end cannot be written', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  const id = await begin(db, runId)
  await sql`create trigger no_end before update on steps begin select raise(abort, 'disk full'); end`.execute(
    db,
  )
  assert.match((await rejection(finishStep(db, id, bread(runId), now))).message, /disk full/)
  assert.is((await findLatestMaterializations(db)).size, 0)
})

steps('of a run that another process ended are refused, and leave nothing', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  const id = await begin(db, runId)
  await moveRun(db, runId, ['running'], 'interrupted', now)
  await interruptSteps(db, runId, 'its process ended', now)
  const attempts = [
    finishStep(db, id, bread(runId), now),
    endStep(db, id, { state: 'failed', because: 'late' }, now),
    begin(db, runId, 'shop'),
  ]
  for (const attempt of attempts) {
    assert.is(((await rejection(attempt)) as DataError).code, 'run_taken_over')
  }
  assert.is((await findLatestMaterializations(db)).size, 0)
  assert.equal(
    (await findSteps(db, runId)).map(({ state, because }) => [state, because]),
    [['interrupted', 'its process ended']],
  )
})

steps('that wait go on in their row; any other begins a new one', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  const id = await begin(db, runId)
  await endStep(db, id, { state: 'waiting', because: 'it rises', waitingUntil: later }, now)
  const [waiting] = await findSteps(db, runId)
  assert.equal(
    [waiting!.state, waiting!.because, waiting!.waiting_until, waiting!.finished_at],
    ['waiting', 'it rises', later.toISOString(), null],
  )
  assert.is(await begin(db, runId), id)
  await endStep(db, id, { state: 'failed', because: 'burnt', errorCode: 'fire', hint: 'Look.' }, later)
  const second = await begin(db, runId, 'bread', 2)
  assert.is.not(second, id)
  const [failed] = await findSteps(db, runId)
  assert.equal(
    [failed!.state, failed!.waiting_until, failed!.error_code, failed!.hint, failed!.finished_at],
    ['failed', null, 'fire', 'Look.', later.toISOString()],
  )
  assert.is(await findLastRound(db, runId), 2)
  assert.is(await findLastRound(db, runId + 1), 0)
})

steps('of one asset are never open twice in a run', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  await begin(db, runId)
  assert.match((await rejection(begin(db, runId, 'bread', 2))).message, /UNIQUE/)
})

steps('are found by their latest for each asset', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  assert.is((await findLatestSteps(db)).size, 0)
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  for (const key of ['shop', 'bread', 'bread', 'a', 'bread']) {
    const id = await begin(db, runId, key)
    await endStep(db, id, { state: 'held', because: `${key} ${id}`, hint: 'Decide.' }, now)
  }
  const latest = await findLatestSteps(db)
  assert.equal([...latest.values()].map(({ because }) => because).toSorted(), ['a 4', 'bread 5', 'shop 1'])
})

steps('are interrupted only where they are open', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  await finishStep(db, await begin(db, runId), bread(runId), now)
  await endStep(
    db,
    await begin(db, runId, 'tea'),
    { state: 'waiting', because: 'hot', waitingUntil: later },
    now,
  )
  await begin(db, runId, 'shop')
  await interruptSteps(db, runId, 'its process ended', later)
  assert.equal(
    (await findSteps(db, runId)).map(({ asset_key, state, waiting_until }) => [
      asset_key,
      state,
      waiting_until,
    ]),
    [
      ['bread', 'done', null],
      ['tea', 'interrupted', null],
      ['shop', 'interrupted', null],
    ],
  )
})

steps.run()
