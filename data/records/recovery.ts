import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { NewRow } from '../schema.js'

/** A request as its line in a tasks or results file names it. */
export type NamedRequest = { id: number; fingerprint: string }

/**
 * Records a part that was built and sent before the database was lost: its requests under the ids that its lines carry.
 * A request that was in an earlier part goes on from there: one more attempt.
 *
 * @throws when one of the requests is answered already, or in flight: then two parts are confused.
 */
export async function recordRecoveredPart(
  db: Db,
  part: Omit<NewRow<'parts'>, 'state' | 'requests'>,
  requests: readonly NamedRequest[],
): Promise<number> {
  const json = JSON.stringify(requests)
  return db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('parts')
      .values({ ...part, state: 'built', requests: requests.length })
      .returning('id')
      .executeTakeFirstOrThrow()
    await sql`
      insert into requests (id, recipe_id, fingerprint, state)
      select value->>'id', ${part.recipe_id}, value->>'fingerprint', 'pending' from json_each(${json}) where true
      on conflict (id) do nothing
    `.execute(trx)
    const moved = await trx
      .updateTable('requests')
      .set((eb) => ({
        state: 'in_part',
        part_id: id,
        attempts: eb('attempts', '+', 1),
        reason: null,
        detail: null,
      }))
      .where('state', '=', 'pending')
      .where('id', 'in', sql<number>`(select value->>'id' from json_each(${json}))`)
      .executeTakeFirstOrThrow()
    if (Number(moved.numUpdatedRows) !== requests.length) {
      throw new Error(
        `of the ${requests.length} requests of "${part.path}" only ${moved.numUpdatedRows} were pending`,
      )
    }
    return id
  })
}

/** Records the batch of a recovered part as it was sent; it is opened by what the provider says of it. */
export async function insertRecoveredBatch(
  db: Db,
  batch: { partId: number; accountId: number; key: string; inputFileId: string | null; intendedAt: Date },
): Promise<number> {
  const { id } = await db
    .insertInto('batches')
    .values({
      part_id: batch.partId,
      account_id: batch.accountId,
      key: batch.key,
      state: 'uploaded',
      input_file_id: batch.inputFileId,
      intended_at: batch.intendedAt.toISOString(),
      create_sent_at: batch.intendedAt.toISOString(),
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
