import { DataError } from '../data-error.js'
import type { Db } from '../database.js'
import type { NewRow, Row } from '../schema.js'
import { findLatestRows } from './latest-rows.js'
import { insertMaterialization } from './materializations.js'

export type Step = Row<'steps'>

/** How a step that ran left off, without having made anything. */
export type StepEnd =
  | { state: 'waiting'; because: string; waitingUntil: Date }
  | { state: 'held'; because: string; hint: string }
  | { state: 'failed' | 'interrupted'; because: string; hint?: string | undefined; errorCode?: string }

/**
 * Begins a step; one of the same asset that waits in this run goes on in its row instead. Returns its id.
 *
 * @throws DataError `run_taken_over` when the run is not running any more: another process ended it.
 */
export function startStep(
  db: Db,
  step: { runId: number; assetKey: string; round: number; because: string },
  now: Date,
): Promise<number> {
  const { runId, assetKey, round, because } = step
  return db.transaction().execute(async (trx) => {
    const run = await trx.selectFrom('runs').select('state').where('id', '=', runId).executeTakeFirst()
    if (run?.state !== 'running') throw takenOver(`run ${runId}`)
    const resumed = await trx
      .updateTable('steps')
      .set({ state: 'running', round, because, waiting_until: null })
      .where('run_id', '=', runId)
      .where('asset_key', '=', assetKey)
      .where('state', '=', 'waiting')
      .returning('id')
      .executeTakeFirst()
    if (resumed) return resumed.id
    const { id } = await trx
      .insertInto('steps')
      .values({
        run_id: runId,
        asset_key: assetKey,
        round,
        state: 'running',
        because,
        started_at: now.toISOString(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  })
}

/**
 * Ends a step that made something: its materialization and its state, in one transaction.
 *
 * @throws DataError `run_taken_over` when the step is not running any more; then nothing is recorded.
 */
export function finishStep(
  db: Db,
  stepId: number,
  materialization: Omit<NewRow<'materializations'>, 'materialized_at'>,
  now: Date,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const id = await insertMaterialization(trx, materialization, now)
    await leaveRunning(trx, stepId, {
      state: 'done',
      finished_at: now.toISOString(),
      materialization_id: id,
    })
  })
}

/**
 * Ends a step that made nothing, or leaves it waiting.
 *
 * @throws DataError `run_taken_over` when the step is not running any more.
 */
export function endStep(db: Db, stepId: number, end: StepEnd, now: Date): Promise<void> {
  const { state, because } = end
  if (end.state === 'waiting') {
    return leaveRunning(db, stepId, { state, because, waiting_until: end.waitingUntil.toISOString() })
  }
  return leaveRunning(db, stepId, {
    state,
    because,
    hint: end.hint ?? null,
    error_code: 'errorCode' in end ? (end.errorCode ?? null) : null,
    finished_at: now.toISOString(),
  })
}

/** Marks the steps of a run that no process works on any more. */
export async function interruptSteps(db: Db, runId: number, because: string, now: Date): Promise<void> {
  await db
    .updateTable('steps')
    .set({ state: 'interrupted', because, finished_at: now.toISOString(), waiting_until: null })
    .where('run_id', '=', runId)
    .where('state', 'in', ['running', 'waiting'])
    .execute()
}

/** The steps of a run in the order in which they began. */
export function findSteps(db: Db, runId: number): Promise<Step[]> {
  return db.selectFrom('steps').selectAll().where('run_id', '=', runId).orderBy('id').execute()
}

/** The steps of one asset, newest first. */
export function listSteps(db: Db, assetKey: string, limit: number): Promise<Step[]> {
  return db
    .selectFrom('steps')
    .selectAll()
    .where('asset_key', '=', assetKey)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** The latest step of each asset that has one, by key. */
export async function findLatestSteps(db: Db): Promise<Map<string, Step>> {
  const rows = await findLatestRows(db, 'steps', 'asset_key')
  return new Map(rows.map((row) => [row.asset_key, row]))
}

/** The last round of a run; 0 when it has no step. */
export async function findLastRound(db: Db, runId: number): Promise<number> {
  const row = await db
    .selectFrom('steps')
    .select((eb) => eb.fn.max('round').as('round'))
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row?.round ?? 0
}

async function leaveRunning(db: Db, stepId: number, set: Partial<Step>): Promise<void> {
  const left = await db
    .updateTable('steps')
    .set(set)
    .where('id', '=', stepId)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  if (left.numUpdatedRows !== 1n) throw takenOver(`step ${stepId}`)
}

function takenOver(what: string): DataError {
  return new DataError({
    code: 'run_taken_over',
    message: `${what} is not running any more: another process took over this home`,
    hint: 'Look at `hemline runs`; nothing is lost, what was sent is on record.',
  })
}
