import type { Db } from '../database.js'
import type { BatchState, NewRow, Row } from '../schema.js'
import { movePart } from './parts.js'

export type BatchRecord = Row<'batches'>

/**
 * Writes down that a part is about to be sent, before anything is sent. A part has at most one live batch: a second
 * intent for it violates a unique index and throws.
 */
export async function insertIntent(
  db: Db,
  intent: Pick<NewRow<'batches'>, 'part_id' | 'account_id' | 'key' | 'intended_at' | 'input_file_id'>,
): Promise<BatchRecord> {
  const state: BatchState = intent.input_file_id ? 'uploaded' : 'intended'
  return db
    .insertInto('batches')
    .values({ ...intent, state })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export function getBatch(db: Db, id: number): Promise<BatchRecord> {
  return db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** Batches in one of the states, oldest first; empty when there are none. */
export function findBatches(db: Db, states: readonly BatchState[]): Promise<BatchRecord[]> {
  return db.selectFrom('batches').selectAll().where('state', 'in', states).orderBy('id').execute()
}

/** All batches of a part, oldest first: at most one is live, those before it were rejected. */
export function findBatchesOfPart(db: Db, partId: number): Promise<BatchRecord[]> {
  return db.selectFrom('batches').selectAll().where('part_id', '=', partId).orderBy('id').execute()
}

/** Batches with what their part says of them, newest first, as `hemline batches` lists them. */
export function listBatches(db: Db, page: { beforeId: number; limit: number }): Promise<ListedBatch[]> {
  return db
    .selectFrom('batches')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .selectAll('batches')
    .select(['parts.path', 'parts.requests', 'parts.bytes', 'parts.estimated_tokens'])
    .where('batches.id', '<', page.beforeId)
    .orderBy('batches.id', 'desc')
    .limit(page.limit)
    .execute()
}

export type ListedBatch = BatchRecord & Pick<Row<'parts'>, 'path' | 'requests' | 'bytes' | 'estimated_tokens'>

/** How often a part was about to be sent, ever. */
export async function countIntents(db: Db): Promise<number> {
  const row = await db
    .selectFrom('batches')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

/** How many batches reached the provider, ever. */
export async function countBatches(db: Db): Promise<number> {
  const row = await db
    .selectFrom('batches')
    .select((eb) => eb.fn.count<number>('provider_batch_id').as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

/** The estimated tokens of all parts that are at the provider or on their way, but for one part. */
export async function sumLiveTokens(db: Db, exceptPartId: number): Promise<number> {
  const row = await db
    .selectFrom('batches')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .where('batches.state', 'in', ['intended', 'uploaded', 'open', 'held'])
    .where('parts.id', '!=', exceptPartId)
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('parts.estimated_tokens'), eb.lit(0)).as('tokens'))
    .executeTakeFirstOrThrow()
  return row.tokens
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
    .where('missed_at', 'is', null)
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

/**
 * Records that the batch is at the provider, made or adopted: the batch is open, its part and requests are submitted,
 * all in one transaction.
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
      .where('state', 'in', ['intended', 'uploaded', 'held'])
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
 * Records that the provider rejected the whole batch before it ran any of it (nothing is charged).
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
      .where('state', 'in', ['intended', 'uploaded', 'open', 'ended'])
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
    await trx
      .updateTable('batches')
      .set({ state: 'collected', collected_at: now.toISOString(), tally: JSON.stringify(tally) })
      .where('id', '=', batch.id)
      .where('state', '=', 'ended')
      .execute()
    await movePart(trx, batch.part_id, 'submitted', 'collected')
  })
}
