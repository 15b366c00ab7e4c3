import type { Db } from '../database.js'
import { liveBatchStates } from '../schema/batch-tables.js'
import type { BatchRecord } from './batches.js'
import { keepChargeSums } from './charges.js'
import { movePart } from './parts.js'

/** What a poll saw, and when to poll next. */
export type PollRecord = Pick<
  BatchRecord,
  | 'status'
  | 'status_since'
  | 'expires_at'
  | 'requests_total'
  | 'requests_completed'
  | 'requests_failed'
  | 'output_file_id'
  | 'error_file_id'
  | 'usage'
>

/** Records what a poll saw of an open batch; `ended` moves it on to collection. */
export async function recordPoll(
  db: Db,
  id: number,
  seen: PollRecord,
  next: { now: Date; pollAt: Date; hasEnded: boolean; stuckBecause: string | undefined },
): Promise<void> {
  await db
    .updateTable('batches')
    .set({
      ...seen,
      polled_at: next.now.toISOString(),
      next_poll_at: next.hasEnded ? null : next.pollAt.toISOString(),
      failed_polls: 0,
      because: next.stuckBecause ?? null,
      is_stuck: next.stuckBecause === undefined ? 0 : 1,
      ...(next.hasEnded ? { state: 'ended', ended_at: next.now.toISOString() } : {}),
    })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}

/** Records that a poll failed; the batch stays open and is polled again. */
export async function recordFailedPoll(
  db: Db,
  id: number,
  failure: { because: string; isStuck: boolean },
  pollAt: Date,
): Promise<void> {
  await db
    .updateTable('batches')
    .set((eb) => ({
      failed_polls: eb('failed_polls', '+', 1),
      because: failure.because,
      is_stuck: failure.isStuck ? 1 : 0,
      next_poll_at: pollAt.toISOString(),
    }))
    .where('id', '=', id)
    .execute()
}

/**
 * Ends a batch of which nothing is to be expected any more: the provider rejected it before it ran (nothing is charged),
 * or a person gave it up.
 *
 * @param sameAgain  true: the part may be sent as it is, later. false: the part is withdrawn, and its requests wait for
 *   another one.
 */
export async function rejectBatch(
  db: Db,
  batch: BatchRecord,
  because: string,
  sameAgain: boolean,
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('batches')
      .set({ state: 'rejected', because, ended_at: now.toISOString(), next_poll_at: null })
      .where('id', '=', batch.id)
      .where('state', 'in', liveBatchStates)
      .execute()
    const state = sameAgain ? 'built' : 'withdrawn'
    await trx
      .updateTable('parts')
      .set({ state })
      .where('id', '=', batch.part_id)
      .where('state', 'in', ['built', 'submitted'])
      .execute()
    if (sameAgain) await returnToPart(trx, batch.part_id)
    else await giveBack(trx, batch.part_id)
  })
}

async function returnToPart(trx: Db, partId: number): Promise<void> {
  await trx
    .updateTable('requests')
    .set({ state: 'in_part' })
    .where('part_id', '=', partId)
    .where('state', '=', 'submitted')
    .execute()
}

/** Nothing ran, so the attempt does not count. */
async function giveBack(trx: Db, partId: number): Promise<void> {
  await trx
    .updateTable('requests')
    .set((eb) => ({ state: 'pending', part_id: null, attempts: eb('attempts', '-', 1) }))
    .where('part_id', '=', partId)
    .where('state', 'in', ['in_part', 'submitted'])
    .execute()
}

/** Ends a batch whose lines are all settled; its part is collected with it. */
export async function recordCollected(db: Db, batch: BatchRecord, tally: object, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('batches')
      .set({
        state: 'collected',
        because: null,
        collected_at: now.toISOString(),
        tally: JSON.stringify(tally),
      })
      .where('id', '=', batch.id)
      .where('state', '=', 'ended')
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 1n) await keepChargeSums(trx, batch.id)
    await movePart(trx, batch.part_id, 'submitted', 'collected')
  })
}
