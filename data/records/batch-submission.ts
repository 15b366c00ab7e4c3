import type { Db } from '../database.js'
import type { NewRow } from '../schema.js'
import type { BatchState } from '../schema/batch-tables.js'
import type { BatchRecord } from './batches.js'
import { movePart } from './parts.js'

/**
 * Writes down that a part is about to be sent, before anything is sent. A part has at most one live batch: a second
 * intent for it violates a unique index and throws.
 */
export async function insertIntent(
  db: Db,
  intent: Pick<
    NewRow<'batches'>,
    'part_id' | 'account_id' | 'key' | 'intended_at' | 'input_file_id' | 'estimated_cost_nano_usd'
  >,
): Promise<BatchRecord> {
  const state: BatchState = intent.input_file_id ? 'uploaded' : 'intended'
  return db
    .insertInto('batches')
    .values({ ...intent, state })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Records that the part's file is at the provider. */
export async function recordUpload(db: Db, id: number, inputFileId: string): Promise<void> {
  await db
    .updateTable('batches')
    .set({ state: 'uploaded', input_file_id: inputFileId, because: null })
    .where('id', '=', id)
    .where('state', '=', 'intended')
    .execute()
}

/**
 * Records that the create call is about to be sent: from now on the batch may exist.
 *
 * @throws when the record is no longer in a state to send from: another process moved it on.
 */
export async function recordCreateSent(db: Db, batch: BatchRecord, now: Date): Promise<void> {
  const moved = await db
    .updateTable('batches')
    .set({ state: 'uploaded', create_sent_at: now.toISOString(), missed_at: null, because: null })
    .where('id', '=', batch.id)
    .where('state', 'in', ['uploaded', 'held'])
    .where('create_sent_at', 'is', batch.create_sent_at)
    .executeTakeFirstOrThrow()
  if (moved.numUpdatedRows !== 1n) throw new Error(`batch record ${batch.id} was moved on by another process`)
}

/** Records that the create call was certainly not acted on, so that it may be sent again. */
export async function recordCreateRefused(db: Db, id: number, because: string): Promise<void> {
  await db
    .updateTable('batches')
    .set({ create_sent_at: null, because })
    .where('id', '=', id)
    .where('state', '=', 'uploaded')
    .execute()
}

/** Records the first look after the create call that did not find the batch. */
export async function recordMissed(db: Db, id: number, now: Date): Promise<void> {
  await db
    .updateTable('batches')
    .set({ missed_at: now.toISOString() })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('missed_at', 'is', null), eb('missed_at', '>', now.toISOString())]))
    .execute()
}

/** Records that a person has to decide, and why. */
export async function holdBatch(db: Db, id: number, because: string): Promise<void> {
  await db
    .updateTable('batches')
    .set({ state: 'held', because })
    .where('id', '=', id)
    .where('state', 'in', ['intended', 'uploaded'])
    .execute()
}

/** Records a doubt that is being resolved, without changing the state. */
export async function recordDoubt(db: Db, id: number, because: string): Promise<void> {
  await db.updateTable('batches').set({ because }).where('id', '=', id).execute()
}

/** Records under which account a batch is reached by now: another key of the same project, say. */
export async function recordAccount(db: Db, id: number, accountId: number): Promise<void> {
  await db.updateTable('batches').set({ account_id: accountId }).where('id', '=', id).execute()
}

/**
 * Records that the batch is at the provider, made or adopted: the batch is open, its part and requests are submitted,
 * all in one transaction. A record that was stuck, or given up before a batch was known, is bound to the one that was
 * found.
 */
export async function recordOpen(
  db: Db,
  batch: BatchRecord,
  opened: {
    providerBatchId: string
    requests: number
    inputFileId: string
    status: string
    createdAt: Date
    expiresAt: Date | null
  },
  now: Date,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .updateTable('batches')
      .set({
        state: 'open',
        because: null,
        ended_at: null,
        is_stuck: 0,
        failed_polls: 0,
        provider_batch_id: opened.providerBatchId,
        input_file_id: opened.inputFileId,
        status: opened.status,
        status_since: now.toISOString(),
        created_at: opened.createdAt.toISOString(),
        expires_at: opened.expiresAt?.toISOString() ?? null,
        next_poll_at: now.toISOString(),
        requests_total: opened.requests,
      })
      .where('id', '=', batch.id)
      .where((eb) =>
        eb.or([
          eb('state', 'in', ['intended', 'uploaded', 'held']),
          eb.and([eb('state', '=', 'open'), eb('is_stuck', '=', 1)]),
          eb.and([eb('state', '=', 'rejected'), eb('provider_batch_id', 'is', null)]),
        ]),
      )
      .execute()
    await movePart(trx, batch.part_id, 'built', 'submitted')
    await trx
      .updateTable('requests')
      .set({ state: 'submitted' })
      .where('part_id', '=', batch.part_id)
      .where('state', '=', 'in_part')
      .execute()
  })
}
