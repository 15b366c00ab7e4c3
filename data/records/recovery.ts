import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Lane } from '../schema/batch-tables.js'

/** A request as its line in a tasks or results file names it. */
export type NamedRequest = { id: number; fingerprint: string }

/** Records requests under the ids that their lines carry, as pending; those that are on record stay as they are. */
export async function ensureNamedRequests(
  db: Db,
  recipeId: number,
  requests: readonly NamedRequest[],
): Promise<void> {
  await sql`
    insert into requests (id, recipe_id, fingerprint, state)
    select value->>'id', ${recipeId}, value->>'fingerprint', 'pending'
    from json_each(${JSON.stringify(requests)}) where true
    on conflict (id) do nothing
  `.execute(db)
}

/** Records the batch of a recovered part as it was sent; it is opened by what the provider says of it. */
export async function insertRecoveredBatch(
  db: Db,
  batch: {
    partId: number
    accountId: number
    lane: Lane
    key: string
    inputFileId: string | null
    intendedAt: Date
    estimatedCost: number | null
  },
): Promise<number> {
  const { id } = await db
    .insertInto('batches')
    .values({
      part_id: batch.partId,
      account_id: batch.accountId,
      lane: batch.lane,
      key: batch.key,
      state: 'uploaded',
      input_file_id: batch.inputFileId,
      intended_at: batch.intendedAt.toISOString(),
      create_sent_at: batch.intendedAt.toISOString(),
      estimated_cost_nano_usd: batch.estimatedCost,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Marks a recovered batch as over, so that the results files that are kept of it are taken in. */
export async function endRecoveredBatch(
  db: Db,
  id: number,
  files: { output: boolean; error: boolean },
  now: Date,
): Promise<void> {
  await db
    .updateTable('batches')
    .set({
      state: 'ended',
      ended_at: now.toISOString(),
      output_file_id: files.output ? 'kept' : null,
      error_file_id: files.error ? 'kept' : null,
    })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .execute()
}
