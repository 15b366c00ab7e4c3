import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'

/** A collected part whose files are still there. */
export type CollectedPart = {
  id: number
  path: string
  bytes: number
  collected_at: string
  file_deleted_at: string | null
}

/** Parts whose answers were all stored before the instant, oldest first. */
export function findCollectedParts(db: Db, before: Date): Promise<CollectedPart[]> {
  return db
    .selectFrom('parts')
    .innerJoin('batches', 'batches.part_id', 'parts.id')
    .select(['parts.id', 'parts.path', 'parts.bytes', 'parts.file_deleted_at'])
    .select('batches.collected_at')
    .$narrowType<{ collected_at: string }>()
    .where('parts.state', '=', 'collected')
    .where('batches.state', '=', 'collected')
    .where('batches.collected_at', '<', before.toISOString())
    .orderBy('parts.id')
    .execute()
}

/** Records that a part's tasks file was removed; its requests, answers and charges stay. */
export async function recordFileDeleted(db: Db, partId: number, now: Date): Promise<void> {
  await db
    .updateTable('parts')
    .set({ file_deleted_at: now.toISOString() })
    .where('id', '=', partId)
    .where('state', '=', 'collected')
    .execute()
}

/** Kinds of records that are of no use after a while. */
export const oldRecordKinds = ['ticks', 'steps', 'runs'] as const
export type OldRecordKind = (typeof oldRecordKinds)[number]

/** How many records of a kind could be deleted: over before the instant, and needed by nothing that stays. */
export async function countOldRecords(db: Db, kind: OldRecordKind, before: Date): Promise<number> {
  const row = await db
    .selectFrom(kind)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where(isOld(kind, before))
    .executeTakeFirstOrThrow()
  return row.count
}

/** Deletes the oldest of them, at most so many at once; returns how many. */
export async function deleteOldRecords(
  db: Db,
  kind: OldRecordKind,
  before: Date,
  atMost: number,
): Promise<number> {
  const { rows } = await sql<object>`
    delete from ${sql.table(kind)} where rowid in (
      select rowid from ${sql.table(kind)} where ${isOld(kind, before)} limit ${atMost}
    ) returning 1
  `.execute(db)
  return rows.length
}

/**
 * The latest step of an asset says how it stands, and materializations are kept for ever: what they refer to stays. The
 * latest tick is the daemon's last word.
 */
function isOld(kind: OldRecordKind, before: Date) {
  const instant = before.toISOString()
  switch (kind) {
    case 'ticks':
      return sql<SqlBool>`ticks.finished_at < ${instant} and ticks.last_at < ${instant}
        and ticks.id < (select max(id) from ticks)`
    case 'steps':
      return sql<SqlBool>`steps.finished_at < ${instant}
        and steps.id < (select max(id) from steps as latest where latest.asset_key = steps.asset_key)`
    case 'runs':
      return sql<SqlBool>`runs.finished_at < ${instant}
        and not exists (select 1 from materializations where run_id = runs.id)
        and not exists (select 1 from steps where run_id = runs.id)
        and not exists (select 1 from ticks where run_id = runs.id)
        and not exists (select 1 from runs as earlier where earlier.successor_id = runs.id)`
  }
}

/** Gives pages that deletions left free back to the file system, and empties the log. */
export async function compact(db: Db): Promise<void> {
  await sql`pragma incremental_vacuum(${sql.lit(COMPACTED_PAGES)})`.execute(db)
  await sql`pragma wal_checkpoint(truncate)`.execute(db)
}

/** A bite at a time: vacuuming holds the write lock. 40 MB of the usual pages. */
const COMPACTED_PAGES = 10_000
