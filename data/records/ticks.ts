import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import { type NewRun, insertRun } from './runs.js'
import { type ScheduleRecord, replaceSchedules } from './schedules.js'

export type Tick = Row<'ticks'>

/** What a tick decided, as it is written before it acts. */
export type NewTick = {
  /** Keys of the sources that it looks at. */
  observes: readonly string[]
  /** JSON values: why each asset is run, or is not. */
  decisions: readonly object[]
  schedules: readonly ScheduleRecord[]
  /** Assets that have no schedule any more. */
  forgotten: readonly string[]
  /** The runs that it decides on; they wait in the queue from the same commit on. */
  runs: readonly NewRun[]
}

/**
 * Writes a tick down before it acts: its decisions, how far the schedules are handled with it, and its runs as queued rows,
 * in one transaction. So a tick that is interrupted is redone from its record, and its runs exist exactly once.
 *
 * @returns  the id of the tick.
 */
export function startTick(db: Db, tick: NewTick, now: Date): Promise<number> {
  return db.transaction().execute(async (trx) => {
    await replaceSchedules(trx, tick.schedules, tick.forgotten)
    const runIds: number[] = []
    for (const run of tick.runs) runIds.push(await insertRun(trx, run, now, 'queued'))
    const { id } = await trx
      .insertInto('ticks')
      .values({
        state: 'started',
        at: now.toISOString(),
        last_at: now.toISOString(),
        observes: JSON.stringify(tick.observes),
        decisions: JSON.stringify(tick.decisions),
        run_id: runIds[0] ?? null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  })
}

/** Records that a tick did what it decided, or why it could not. */
export async function finishTick(db: Db, id: number, now: Date, error?: string): Promise<void> {
  await db
    .updateTable('ticks')
    .set({
      state: error === undefined ? 'done' : 'failed',
      error: error ?? null,
      finished_at: now.toISOString(),
    })
    .where('id', '=', id)
    .where('state', '=', 'started')
    .execute()
}

/** Counts a tick that decided the same as the one before it, and did nothing. */
export async function repeatTick(db: Db, id: number, times: number, now: Date): Promise<void> {
  await db
    .updateTable('ticks')
    .set((eb) => ({ times: eb('times', '+', times), last_at: now.toISOString() }))
    .where('id', '=', id)
    .execute()
}

/** Ticks whose process ended before they were done, oldest first. */
export function findStartedTicks(db: Db): Promise<Tick[]> {
  return db.selectFrom('ticks').selectAll().where('state', '=', 'started').orderBy('id').execute()
}

/** The latest ticks, newest first. */
export function listTicks(db: Db, page: { beforeId: number; limit: number }): Promise<Tick[]> {
  return db
    .selectFrom('ticks')
    .selectAll()
    .where('id', '<', page.beforeId)
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
}
