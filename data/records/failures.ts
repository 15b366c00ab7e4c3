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
