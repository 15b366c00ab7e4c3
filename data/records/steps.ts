import type { Db } from '../database.js'
import type { NewRow, Row, StepState } from '../schema.js'
import { insertMaterialization } from './materializations.js'

export type Step = Row<'steps'>

/** How a step that ran left off, without having made anything. */
export type StepEnd = { state: Exclude<StepState, 'running' | 'done'>; because: string; waitingUntil?: Date }

/** Begins a step, or begins it again in the same round: a step that waited, or was interrupted, goes on in its row. */
export async function startStep(
  db: Db,
  step: { runId: number; assetKey: string; round: number; because: string },
  now: Date,
): Promise<number> {
  const values = {
    run_id: step.runId,
    asset_key: step.assetKey,
    round: step.round,
    state: 'running',
    because: step.because,
    started_at: now.toISOString(),
  } as const
  const { id } = await db
    .insertInto('steps')
    .values(values)
    .onConflict((conflict) =>
      conflict
        .columns(['run_id', 'asset_key', 'round'])
        .doUpdateSet({ state: 'running', because: step.because, waiting_until: null, finished_at: null }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Ends a step that made something: its materialization and its state, in one transaction. */
export function finishStep(
  db: Db,
  stepId: number,
  materialization: Omit<NewRow<'materializations'>, 'materialized_at'>,
  now: Date,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const id = await insertMaterialization(trx, materialization, now)
    await trx
      .updateTable('steps')
      .set({ state: 'done', finished_at: now.toISOString(), waiting_until: null, materialization_id: id })
      .where('id', '=', stepId)
      .execute()
  })
}

/** Ends a step that made nothing, or leaves it waiting. */
export async function endStep(db: Db, stepId: number, end: StepEnd, now: Date): Promise<void> {
  await db
    .updateTable('steps')
    .set({
      state: end.state,
      because: end.because,
      waiting_until: end.waitingUntil?.toISOString() ?? null,
      finished_at: end.state === 'waiting' ? null : now.toISOString(),
    })
    .where('id', '=', stepId)
    .execute()
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

/** The last round of a run; 0 when it has no step. */
export async function findLastRound(db: Db, runId: number): Promise<number> {
  const row = await db
    .selectFrom('steps')
    .select((eb) => eb.fn.max('round').as('round'))
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row?.round ?? 0
}
