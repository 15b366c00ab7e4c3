import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import { interruptSteps } from './steps.js'
import type { RunState } from '../schema/engine-tables.js'

export type Run = Row<'runs'>

/** What a run is to do, and who asked for it. */
export type NewRun = RunTerms & {
  selection: string
  trigger: string
  isForced?: boolean
}

/** What a run may ask and spend, and how; on record from its first moment, for whoever goes on with it. */
export type RunTerms = {
  /** At most so many new requests; undefined for all. */
  requestLimit?: number | undefined
  /** Whether these are taken from all over the list. */
  isSpread?: boolean
  /** How it sends, and what it may spend; undefined where the home's config decides. */
  method?: Run['method'] | undefined
  maxCostNanoUsd?: number | undefined
}

/** Begins a run, or writes down one that waits for whoever executes next. Returns its id. */
export async function insertRun(
  db: Db,
  run: NewRun,
  now: Date,
  state: 'running' | 'queued' = 'running',
): Promise<number> {
  const { selection, trigger, isForced = false, requestLimit = null, isSpread = false } = run
  const { method = null, maxCostNanoUsd = null } = run
  const { id } = await db
    .insertInto('runs')
    .values({
      ...{ selection, trigger, state, started_at: now.toISOString() },
      ...{ is_forced: isForced ? 1 : 0, request_limit: requestLimit, is_spread: isSpread ? 1 : 0 },
      ...{ method, max_cost_nano_usd: maxCostNanoUsd },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The latest run in one of the states with this selection and on these terms; undefined when there is none. */
export async function findRunLike(
  db: Db,
  states: readonly RunState[],
  selection: string,
  terms: RunTerms,
): Promise<Run | undefined> {
  const runs = await findRuns(db, states)
  return runs.findLast((run) => isRunLike(run, selection, terms))
}

/** Whether a run has this selection, and is on these terms. */
export function isRunLike(
  run: Run,
  selection: string,
  { requestLimit, isSpread = false, method, maxCostNanoUsd }: RunTerms,
): boolean {
  return (
    run.selection === selection &&
    run.request_limit === (requestLimit ?? null) &&
    run.is_spread === Number(isSpread) &&
    run.method === (method ?? null) &&
    run.max_cost_nano_usd === (maxCostNanoUsd ?? null)
  )
}

/** Runs in one of the states, oldest first. */
export function findRuns(db: Db, states: readonly RunState[]): Promise<Run[]> {
  return db.selectFrom('runs').selectAll().where('state', 'in', states).orderBy('id').execute()
}

export function findRun(db: Db, id: number): Promise<Run | undefined> {
  return db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The latest runs, newest first; of those before one, if it is given. */
export function listRuns(db: Db, limit: number, beforeId = Number.MAX_SAFE_INTEGER): Promise<Run[]> {
  return db
    .selectFrom('runs')
    .selectAll()
    .where('id', '<', beforeId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/**
 * Puts runs that no process works on any more back into the queue: the same run begins again, once. The caller holds the
 * executor's lease. Returns their ids.
 */
export async function requeueRuns(db: Db, now: Date): Promise<number[]> {
  return db.transaction().execute(async (trx) => {
    const running = await findRuns(trx, ['running'])
    for (const { id } of running) await requeueRun(trx, id, now)
    return running.map(({ id }) => id)
  })
}

/** The same of one of them, or of one that ended before it was done. */
export async function requeueRun(trx: Db, id: number, now: Date): Promise<void> {
  await interruptSteps(trx, id, 'its process ended', now)
  await moveRun(trx, id, ['running', ...stoppedStates], 'queued', now)
}

/** The states of runs that ended before they were done. */
export const stoppedStates: readonly RunState[] = ['interrupted', 'failed', 'held']

/** Records which run goes on with what an interrupted one waited for. */
export async function recordSuccessor(db: Db, id: number, successor: number): Promise<void> {
  await db.updateTable('runs').set({ successor_id: successor }).where('id', '=', id).execute()
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
  const isOver = to !== 'queued' && to !== 'running' && to !== 'waiting'
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
