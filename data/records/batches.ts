import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import type { BatchState } from '../schema/batch-tables.js'
import { NOTHING_CHARGED, chargedTokens } from './charges.js'
import type { Queue } from './learned-limits.js'

export type BatchRecord = Row<'batches'>

export function getBatch(db: Db, id: number): Promise<BatchRecord> {
  return db.selectFrom('batches').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** Batches in one of the states, oldest first; empty when there are none. */
export function findBatches(db: Db, states: readonly BatchState[]): Promise<BatchRecord[]> {
  return db.selectFrom('batches').selectAll().where('state', 'in', states).orderBy('id').execute()
}

/** Open batches that are at the provider, or those whose requests are asked one by one from here; oldest first. */
export function findOpenBatches(db: Db, where: 'at_provider' | 'here'): Promise<BatchRecord[]> {
  return db
    .selectFrom('batches')
    .selectAll()
    .where('state', '=', 'open')
    .where('lane', where === 'at_provider' ? '=' : '!=', 'batch')
    .orderBy('id')
    .execute()
}

/** The record of a batch at the provider; undefined when it is none of ours. */
export function findBatchOfProvider(db: Db, providerBatchId: string): Promise<BatchRecord | undefined> {
  return db
    .selectFrom('batches')
    .selectAll()
    .where('provider_batch_id', '=', providerBatchId)
    .executeTakeFirst()
}

/**
 * The last batch of every part that might turn out to be another batch than is on record: not known to be created, given
 * up before it was known, or stuck. Newest first.
 */
export function findBatchesInDoubt(db: Db): Promise<BatchRecord[]> {
  return db
    .selectFrom('batches')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .selectAll('batches')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('batches as later')
            .select('later.id')
            .whereRef('later.part_id', '=', 'batches.part_id')
            .whereRef('later.id', '>', 'batches.id'),
        ),
      ),
    )
    .where((eb) =>
      eb.or([
        eb('batches.state', 'in', ['intended', 'uploaded', 'held']),
        eb.and([eb('batches.state', '=', 'open'), eb('is_stuck', '=', 1)]),
        eb.and([
          eb('batches.state', '=', 'rejected'),
          eb('provider_batch_id', 'is', null),
          eb('parts.state', '=', 'built'),
        ]),
      ]),
    )
    .orderBy('batches.id', 'desc')
    .execute()
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
    .leftJoin(chargedTokens.as<'sums'>('sums'), 'sums.batch_id', 'batches.id')
    .select((eb) => eb.fn.coalesce('sums.charged', sql.lit(NOTHING_CHARGED)).as('charged'))
    .where('batches.id', '<', page.beforeId)
    .orderBy('batches.id', 'desc')
    .limit(page.limit)
    .execute()
}

/** `charged` is JSON of the tokens that its answers were charged for, with the names of `usage`. */
export type ListedBatch = BatchRecord &
  Pick<Row<'parts'>, 'path' | 'requests' | 'bytes' | 'estimated_tokens'> & { charged: string }

/** The batches that moved between two instants, oldest first: what a run of that time did at the provider. */
export function findBatchesBetween(db: Db, from: string, to: string): Promise<BatchRecord[]> {
  return db
    .selectFrom('batches')
    .selectAll()
    .where('intended_at', '<=', to)
    .where((eb) =>
      eb.or([eb('collected_at', '>=', from), eb('ended_at', '>=', from), eb('ended_at', 'is', null)]),
    )
    .orderBy('id')
    .limit(MOST_TOLD)
    .execute()
}

/** Of one run; more would not be read. */
const MOST_TOLD = 500

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
    .where('lane', '=', 'batch')
    .executeTakeFirstOrThrow()
  return row.count
}

/**
 * What of ours waits at the provider in one queue, or is on its way there, but for one part: its estimated tokens, and how
 * many batches move. A stuck batch is not at the provider as far as anyone knows.
 */
export async function sumLive(
  db: Db,
  queue: Queue,
  exceptPartId: number,
): Promise<{ tokens: number; moving: number }> {
  return db
    .selectFrom('batches')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .innerJoin('recipes', 'recipes.id', 'parts.recipe_id')
    .where('batches.state', 'in', ['intended', 'uploaded', 'open', 'held'])
    .where('batches.is_stuck', '=', 0)
    .where('batches.lane', '=', 'batch')
    .where('batches.account_id', '=', queue.accountId)
    .where('recipes.model', '=', queue.model)
    .where('parts.id', '!=', exceptPartId)
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>('parts.estimated_tokens'), eb.lit(0)).as('tokens'),
      eb.fn.countAll<number>().filterWhere('batches.state', '=', 'open').as('moving'),
    ])
    .executeTakeFirstOrThrow()
}
