import type { Db } from '../database.js'
import type { Lane } from '../schema/batch-tables.js'
import type { BatchRecord } from './batches.js'
import { movePart } from './parts.js'

/** How a call ended. `not_sent`: it was certainly not answered, and is made again. `lost`: it may have been, to nobody. */
export type CallEnd = 'answered' | 'failed' | 'not_sent' | 'lost'

/**
 * Records that the requests of a built part are asked one by one from here: a batch of our own, open from the start, with its
 * part and requests submitted, in one transaction.
 */
export async function insertOwnBatch(
  db: Db,
  batch: {
    partId: number
    accountId: number
    lane: Lane
    key: string
    requests: number
    estimatedCost: number
  },
  now: Date,
): Promise<void> {
  const at = now.toISOString()
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('batches')
      .values({
        ...{ part_id: batch.partId, account_id: batch.accountId, lane: batch.lane, key: batch.key },
        ...{ state: 'open', status: 'in_progress', provider_batch_id: `calls_${batch.key}` },
        ...{ intended_at: at, created_at: at, status_since: at, requests_total: batch.requests },
        estimated_cost_nano_usd: batch.estimatedCost,
      })
      .execute()
    await movePart(trx, batch.partId, 'built', 'submitted')
    await trx
      .updateTable('requests')
      .set({ state: 'submitted' })
      .where('part_id', '=', batch.partId)
      .where('state', '=', 'in_part')
      .execute()
  })
}

/** Writes down that a request is about to be asked: from now on its answer may be charged. */
export async function beginCall(db: Db, batchId: number, requestId: number, now: Date): Promise<void> {
  await db
    .insertInto('calls')
    .values({ batch_id: batchId, request_id: requestId, sent_at: now.toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Records how a call ended; what it brought is stored before. */
export async function endCall(db: Db, batchId: number, requestId: number, end: CallEnd): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .deleteFrom('calls')
      .where('batch_id', '=', batchId)
      .where('request_id', '=', requestId)
      .execute()
    if (end === 'not_sent') return
    await trx
      .updateTable('batches')
      .set((eb) => ({
        requests_completed: eb('requests_completed', '+', end === 'answered' ? 1 : 0),
        requests_failed: eb('requests_failed', '+', end === 'failed' ? 1 : 0),
        lost_calls: eb('lost_calls', '+', end === 'lost' ? 1 : 0),
      }))
      .where('id', '=', batchId)
      .execute()
  })
}

/**
 * Takes the calls off the record that were in the air when a process ended, and counts what was answered anew. Returns how
 * many of them brought nothing: they may have been answered, and charged, to nobody.
 */
export async function takeLostCalls(db: Db, batch: BatchRecord): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { lost } = await trx
      .selectFrom('calls')
      .innerJoin('requests', 'requests.id', 'calls.request_id')
      .where('calls.batch_id', '=', batch.id)
      .where('requests.state', '=', 'submitted')
      .select((eb) => eb.fn.countAll<number>().as('lost'))
      .executeTakeFirstOrThrow()
    await trx.deleteFrom('calls').where('batch_id', '=', batch.id).execute()
    const { answered, open } = await trx
      .selectFrom('requests')
      .where('part_id', '=', batch.part_id)
      .select((eb) => [
        eb.fn.countAll<number>().filterWhere('state', '=', 'answered').as('answered'),
        eb.fn.countAll<number>().filterWhere('state', '=', 'submitted').as('open'),
      ])
      .executeTakeFirstOrThrow()
    await trx
      .updateTable('batches')
      .set((eb) => ({
        lost_calls: eb('lost_calls', '+', lost),
        requests_completed: answered,
        requests_failed: batch.requests_total - answered - open,
      }))
      .where('id', '=', batch.id)
      .execute()
    return lost
  })
}

/** The requests of a part that have no outcome yet. */
export async function findUnansweredOfPart(db: Db, partId: number): Promise<Set<number>> {
  const rows = await db
    .selectFrom('requests')
    .select('id')
    .where('part_id', '=', partId)
    .where('state', '=', 'submitted')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Asks whoever makes the calls of a batch to make no further one. */
export async function recordCancelling(db: Db, id: number, now: Date): Promise<void> {
  await db
    .updateTable('batches')
    .set({ status: 'cancelling', status_since: now.toISOString() })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}

/** Records that no further call of a batch is made: it is collected from the answers that are kept. */
export async function recordCallsOver(
  db: Db,
  id: number,
  status: 'completed' | 'cancelled',
  now: Date,
): Promise<void> {
  await db
    .updateTable('batches')
    .set({ state: 'ended', status, ended_at: now.toISOString(), output_file_id: 'kept' })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}
