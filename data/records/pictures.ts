import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'
import type { RequestState } from '../schema/batch-tables.js'

/** Different pictures of one size, in px; usable images of the same bytes are one picture. */
export type SizeCount = { width: number; height: number; pictures: number }

/** The written-out state lets SQLite use the index that holds usable images alone. */
const isUsable = sql<SqlBool>`images.state = 'usable'`

/** How many different pictures there are of each size; empty when no image is usable. */
export async function countPicturesBySize(db: Db): Promise<SizeCount[]> {
  const { rows } = await sql<SizeCount>`
    select width, height, count(*) as pictures
    from (select min(width) as width, min(height) as height from images where ${isUsable} group by sha256)
    group by width, height order by pictures desc, width, height
  `.execute(db)
  return rows
}

/** The next different pictures in the order of their digests; empty after the last page. */
export async function findPictures(
  db: Db,
  page: { afterSha256: string; limit: number },
): Promise<{ sha256: string; width: number; height: number }[]> {
  const { rows } = await sql<{ sha256: string; width: number; height: number }>`
    select sha256, min(width) as width, min(height) as height from images
    where ${isUsable} and sha256 > ${page.afterSha256}
    group by sha256 order by sha256 limit ${page.limit}
  `.execute(db)
  return rows
}

/** A few usable images from all over the list, each with its place: at most `count`, fewer where there are fewer. */
export async function findSpreadImages(db: Db, count: number): Promise<{ path: string }[]> {
  const { rows } = await sql<{ path: string }>`
    with recursive
      ends as (select min(id) as first, max(id) as last from images where ${isUsable}),
      steps (n) as (select 0 union all select n + 1 from steps where n + 1 < ${count})
    select distinct path from steps, ends join images on images.id = (
      select id from images where ${isUsable} and id >= first + (last - first) * n / ${count} order by id limit 1
    )
  `.execute(db)
  return rows
}

/** The states of the requests with these fingerprints; those that do not exist are not in it. */
export async function findRequestStates(
  db: Db,
  fingerprints: readonly string[],
): Promise<Map<string, RequestState>> {
  const rows = await db
    .selectFrom('requests')
    .select(['fingerprint', 'state'])
    .where('fingerprint', 'in', sql<string>`(select value from json_each(${JSON.stringify(fingerprints)}))`)
    .execute()
  return new Map(rows.map(({ fingerprint, state }) => [fingerprint, state]))
}
