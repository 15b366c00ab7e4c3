import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import type { RunState } from '../schema/engine-tables.js'

export type Run = Row<'runs'>

/** Begins a run. Returns its id. */
export async function insertRun(
  db: Db,
  run: { selection: string; trigger: string },
  now: Date,
): Promise<number> {
  const { id } = await db
    .insertInto('runs')
    .values({ ...run, state: 'running', started_at: now.toISOString() })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Runs in one of the states, oldest first. */
export function findRuns(db: Db, states: readonly RunState[]): Promise<Run[]> {
  return db.selectFrom('runs').selectAll().where('state', 'in', states).orderBy('id').execute()
}

/** The latest runs, newest first. */
export function listRuns(db: Db, limit: number): Promise<Run[]> {
  return db.selectFrom('runs').selectAll().orderBy('id', 'desc').limit(limit).execute()
}

/** Compare-and-set of a run's state; says whether it won. A state that ends the run is stamped with `now`. */
export async function moveRun(
  db: Db,
  id: number,
  from: readonly RunState[],
  to: RunState,
  now: Date,
  failure?: { code: string; message: string },
): Promise<boolean> {
  const isOver = to !== 'running' && to !== 'waiting'
  const moved = await db
    .updateTable('runs')
    .set({
      state: to,
      finished_at: isOver ? now.toISOString() : null,
      error_code: failure?.code ?? null,
      error: failure?.message ?? null,
    })
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirstOrThrow()
  return moved.numUpdatedRows === 1n
}
