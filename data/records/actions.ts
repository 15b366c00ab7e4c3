import type { Db } from '../database.js'
import type { NewRow, Row } from '../schema.js'
import type { ActionKind } from '../schema/scheduler-tables.js'

export type ActionRecord = Row<'actions'>

/** Writes down what a person asked for; it waits until somebody carries it out. Returns its id. */
export async function insertAction(
  db: Db,
  action: Pick<NewRow<'actions'>, 'kind' | 'arguments' | 'asked_by'>,
  now: Date,
): Promise<number> {
  const { id } = await db
    .insertInto('actions')
    .values({ ...action, state: 'queued', asked_at: now.toISOString() })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export function getAction(db: Db, id: number): Promise<ActionRecord> {
  return db.selectFrom('actions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** What waits to be carried out, oldest first; of some kinds alone if they are named. */
export function findQueuedActions(db: Db, kinds?: readonly ActionKind[]): Promise<ActionRecord[]> {
  let query = db.selectFrom('actions').selectAll().where('state', '=', 'queued')
  if (kinds) query = query.where('kind', 'in', kinds)
  return query.orderBy('id').execute()
}

/** Claims a queued action; false when another process was first. */
export async function startAction(db: Db, id: number): Promise<boolean> {
  const started = await db
    .updateTable('actions')
    .set({ state: 'running' })
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  return started.numUpdatedRows === 1n
}

/** How an action ended. */
export type ActionEnd =
  | { state: 'done'; outcome: object }
  | { state: 'failed'; code: string; message: string; hint: string | undefined }

/** Ends an action that waits or runs; one that ended already stays as it is. */
export async function finishAction(db: Db, id: number, end: ActionEnd, now: Date): Promise<void> {
  await db
    .updateTable('actions')
    .set({
      state: end.state,
      finished_at: now.toISOString(),
      ...(end.state === 'done'
        ? { outcome: JSON.stringify(end.outcome) }
        : { error_code: end.code, error: end.message, hint: end.hint ?? null }),
    })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .execute()
}

/** Actions that a process began and did not end; the caller holds the executor's lease, so it is dead. Oldest first. */
export function findRunningActions(db: Db): Promise<ActionRecord[]> {
  return db.selectFrom('actions').selectAll().where('state', '=', 'running').orderBy('id').execute()
}

/** The latest actions, newest first. */
export function listActions(db: Db, page: { beforeId: number; limit: number }): Promise<ActionRecord[]> {
  return db
    .selectFrom('actions')
    .selectAll()
    .where('id', '<', page.beforeId)
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
}
