import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'
import { touchPostsOfRequests } from './posts.js'

/** Requests of one part that failed for good, for one reason, and that a usable picture still asks for. */
export type FailedRequests = { part_id: number; reason: string; requests: number }

/** @param reason  of this one alone; undefined for all. */
export function countFailedRequests(db: Db, reason?: string): Promise<FailedRequests[]> {
  let query = db
    .selectFrom('requests')
    .select(['part_id', 'reason'])
    .select((eb) => eb.fn.countAll<number>().as('requests'))
    .where('state', '=', 'failed')
    .where('part_id', 'is not', null)
    .where(isAskedFor)
    .groupBy(['part_id', 'reason'])
  if (reason !== undefined) query = query.where('reason', '=', reason)
  return query.orderBy('requests', 'desc').$narrowType<{ part_id: number; reason: string }>().execute()
}

/**
 * Lets requests that failed for good be asked again, with all their attempts before them; their failures stay on record.
 * Returns how many there were.
 */
export function retryFailedRequests(db: Db, reason?: string): Promise<number> {
  return db.transaction().execute(async (trx) => {
    let query = trx
      .updateTable('requests')
      .set({ state: 'pending', attempts: 0, reason: null, detail: null, is_cancelled: 0 })
      .where('state', '=', 'failed')
      .where(isAskedFor)
    if (reason !== undefined) query = query.where('reason', '=', reason)
    const rows = await query.returning('id').execute()
    const ids = rows.map(({ id }) => id)
    await touchPostsOfRequests(trx, ids)
    return ids.length
  })
}

const isAskedFor = sql<SqlBool>`exists (
  select 1 from images where images.request_id = requests.id and images.state = 'usable'
)`
