import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/** A failure with where it happened, and in which state its request is by now. */
export type ListedFailure = Row<'failures'> & {
  fingerprint: string
  request_state: string
  provider_batch_id: string | null
}

/** Failures in the order in which they were recorded; empty after the last page. */
export function listFailures(db: Db, page: { afterId: number; limit: number }): Promise<ListedFailure[]> {
  return db
    .selectFrom('failures')
    .innerJoin('requests', 'requests.id', 'failures.request_id')
    .innerJoin('batches', 'batches.id', 'failures.batch_id')
    .selectAll('failures')
    .select(['requests.fingerprint', 'requests.state as request_state', 'batches.provider_batch_id'])
    .where('failures.id', '>', page.afterId)
    .orderBy('failures.id')
    .limit(page.limit)
    .execute()
}

/** How many requests of each of these batches failed for which reason, with one of its messages; the most frequent first. */
export function countFailureReasons(
  db: Db,
  batchIds: readonly number[],
): Promise<{ batch_id: number; code: string; message: string; requests: number }[]> {
  return db
    .selectFrom('failures')
    .select(['batch_id', 'code'])
    .select((eb) => [eb.fn.min('message').as('message'), eb.fn.countAll<number>().as('requests')])
    .where('batch_id', 'in', batchIds)
    .groupBy(['batch_id', 'code'])
    .orderBy('requests', 'desc')
    .execute()
}

/** The failures of one request, oldest first. */
export function listFailuresOfRequest(db: Db, requestId: number): Promise<Row<'failures'>[]> {
  return db.selectFrom('failures').selectAll().where('request_id', '=', requestId).orderBy('id').execute()
}
