import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import { type RequestState, requestStates } from '../schema/batch-tables.js'
import { touchPostsOfRequests } from './posts.js'

/** A request with the batch that it is, or was last, in. */
export type ListedRequest = Pick<
  Row<'requests'>,
  'id' | 'fingerprint' | 'state' | 'attempts' | 'reason' | 'detail'
> & { provider_batch_id: string | null }

/** How often a request is written into a part before it fails for good. */
export const MAX_ATTEMPTS = 3

/**
 * Finds or inserts one request per fingerprint (repeats allowed), and returns their ids by fingerprint. Ids of new
 * requests ascend in the order given, so that the lines of a part, and later its answers, are neighbours on disk.
 */
export async function ensureRequests(
  db: Db,
  recipeId: number,
  fingerprints: readonly string[],
): Promise<Map<string, number>> {
  const json = JSON.stringify(fingerprints)
  await sql`
    insert into requests (recipe_id, fingerprint, state)
    select ${recipeId}, value, 'pending' from json_each(${json}) where true order by key
    on conflict (fingerprint) do nothing
  `.execute(db)
  const rows = await db
    .selectFrom('requests')
    .select(['id', 'fingerprint'])
    .where('fingerprint', 'in', sql<string>`(select value from json_each(${json}))`)
    .execute()
  return new Map(rows.map((row) => [row.fingerprint, row.id]))
}

/**
 * The next pending requests that a usable image asks for under the recipe, in the order of their ids, each with one
 * image that holds the picture. Empty after the last page.
 */
export function findPendingRequests(
  db: Db,
  recipeId: number,
  page: { afterId: number; limit: number },
): Promise<{ id: number; fingerprint: string; path: string; sha256: string }[]> {
  return db
    .selectFrom('requests')
    .innerJoin('images', 'images.request_id', 'requests.id')
    .where('requests.state', '=', 'pending')
    .where('requests.is_cancelled', '=', 0)
    .where('requests.recipe_id', '=', recipeId)
    .where('images.state', '=', 'usable')
    .where('requests.id', '>', page.afterId)
    .groupBy('requests.id')
    .select(({ fn }) => ['requests.id', 'requests.fingerprint', fn.min('images.path').as('path')])
    .select('images.sha256')
    .$narrowType<{ sha256: string }>()
    .orderBy('requests.id')
    .limit(page.limit)
    .execute()
}

/** The requests that usable images ask for now, whatever their state, of ids from `from` to below `to`; one row each. */
export function findWantedRequests(
  db: Db,
  from: number,
  to: number,
): Promise<
  {
    id: number
    fingerprint: string
    /** Of the picture that it is about. */
    sha256: string
    state: RequestState
    attempts: number
    answer_digest: string | null
    reason: string | null
  }[]
> {
  return db
    .selectFrom('requests')
    .innerJoin('images', 'images.request_id', 'requests.id')
    .leftJoin('answers', 'answers.request_id', 'requests.id')
    .where('images.state', '=', 'usable')
    .select(['requests.id', 'requests.fingerprint', 'requests.state', 'requests.attempts'])
    .select(['requests.reason', 'answers.digest as answer_digest'])
    .select('images.sha256')
    .$narrowType<{ sha256: string }>()
    .where('requests.id', '>=', from)
    .where('requests.id', '<', to)
    .groupBy('requests.id')
    .execute()
}

/** How many requests that usable images ask for are in each state; states without any count 0. */
export async function countWantedRequests(db: Db): Promise<Record<RequestState, number>> {
  const rows = await db
    .selectFrom('requests')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .where(isWanted)
    .groupBy('state')
    .execute()
  const counts = Object.fromEntries(requestStates.map((state) => [state, 0])) as Record<RequestState, number>
  for (const row of rows) counts[row.state] = row.count
  return counts
}

/**
 * How many requests that usable images ask for are in no part, and how many of them were sent before. A picture that turned
 * out to be another than was observed asks for nothing before it is observed again; the requests of a cancelled batch wait
 * for a person.
 */
export async function countPendingRequests(db: Db): Promise<{ pending: number; retries: number }> {
  return db
    .selectFrom('requests')
    .select((eb) => [
      eb.fn.countAll<number>().as('pending'),
      eb.fn.countAll<number>().filterWhere('attempts', '>', 0).as('retries'),
    ])
    .where('state', '=', 'pending')
    .where('is_cancelled', '=', 0)
    .where(isAskedFor)
    .executeTakeFirstOrThrow()
}

/** How many requests that images ask for wait for a person, because somebody cancelled their batch. */
export async function countCancelledRequests(db: Db): Promise<number> {
  const row = await db
    .selectFrom('requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'pending')
    .where('is_cancelled', '=', 1)
    .where(isAskedFor)
    .executeTakeFirstOrThrow()
  return row.count
}

/** How many requests of a part have no outcome yet. */
export async function countUnansweredOfPart(db: Db, partId: number): Promise<number> {
  const row = await db
    .selectFrom('requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('part_id', '=', partId)
    .where('state', 'in', ['in_part', 'submitted'])
    .executeTakeFirstOrThrow()
  return row.count
}

/** Notes that a batch was sent with these requests and they are not on record as sent with it, or the reverse. */
export async function markUnaccounted(db: Db, ids: readonly number[], detail: string): Promise<void> {
  await db
    .updateTable('requests')
    .set({ reason: 'unaccounted', detail })
    .where('id', 'in', sql<number>`(select value from json_each(${JSON.stringify(ids)}))`)
    .execute()
}

/** The id of the request that was made last; 0 when there is none. */
export async function findLastRequestId(db: Db): Promise<number> {
  const row = await db
    .selectFrom('requests')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst()
  return row?.id ?? 0
}

/** How many requests were made after one. */
export async function countRequestsAfter(db: Db, id: number): Promise<number> {
  const { count } = await db
    .selectFrom('requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('id', '>', id)
    .executeTakeFirstOrThrow()
  return count
}

/** Ends a pending request whose line cannot be made, or breaks a limit of a part alone; its posts are marked. */
export function skipRequest(db: Db, id: number, reason: string, detail: string): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await trx
      .updateTable('requests')
      .set({ state: 'skipped', reason, detail })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .execute()
    await touchPostsOfRequests(trx, [id])
  })
}

/**
 * Deletes requests that were never sent and that no image asks for any more; returns how many. Of one whose batch was
 * cancelled no attempt counts, but its failure is on record: it stays.
 */
export async function deleteUnwantedRequests(db: Db): Promise<number> {
  const deleted = await db
    .deleteFrom('requests')
    .where('state', 'in', ['pending', 'skipped'])
    .where('attempts', '=', 0)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('images').select('images.id').whereRef('images.request_id', '=', 'requests.id'))),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('failures').select('failures.id').whereRef('failures.request_id', '=', 'requests.id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(selectFrom('charges').select('charges.id').whereRef('charges.request_id', '=', 'requests.id')),
      ),
    )
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

/** Requests as `hemline requests` lists them, in the order of their ids. */
export function listRequests(
  db: Db,
  filter: { state?: RequestState | undefined; afterId: number; limit: number },
): Promise<ListedRequest[]> {
  let query = db
    .selectFrom('requests')
    .select(['id', 'fingerprint', 'state', 'attempts', 'reason', 'detail'])
    .select(({ selectFrom }) =>
      selectFrom('batches')
        .select('provider_batch_id')
        .whereRef('batches.part_id', '=', 'requests.part_id')
        .where('provider_batch_id', 'is not', null)
        .orderBy('batches.id', 'desc')
        .limit(1)
        .as('provider_batch_id'),
    )
    .where('id', '>', filter.afterId)
  if (filter.state) query = query.where('state', '=', filter.state)
  return query.orderBy('id').limit(filter.limit).execute()
}

const isAskedFor = sql<SqlBool>`exists (
  select 1 from images where images.request_id = requests.id and images.state = 'usable' and images.stat <> ''
)`

const isWanted = sql<SqlBool>`exists (
  select 1 from images where images.request_id = requests.id and images.state = 'usable'
)`
