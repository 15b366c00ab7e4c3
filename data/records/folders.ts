import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import { deleteUnseen } from './images.js'

/** What is on record of some folders, by path; those that were never seen are not in it. */
export async function findFolders(
  db: Db,
  paths: readonly string[],
): Promise<Map<string, { id: number; digest: string }>> {
  // Written out: it is asked thousands of times in a look, and building it takes longer than the answer.
  const { rows } = await sql<Row<'folders'>>`
    select id, path, digest from folders where path in (select value from json_each(${JSON.stringify(paths)}))
  `.execute(db)
  return new Map(rows.map(({ id, path, digest }) => [path, { id, digest }]))
}

/** Folders whose images are about to be looked at one by one: until that is done, their digests are not trusted. */
export async function beginFolders(db: Db, paths: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: number; path: string }>`
    insert into folders (path, digest) select value, '' from json_each(${JSON.stringify(paths)}) where true
      on conflict (path) do update set digest = '' returning id, path
  `.execute(db)
  return new Map(rows.map(({ id, path }) => [path, id]))
}

/**
 * Ends the look at folders: deletes their images that were not seen, and keeps their digests, but of those with an image that has
 * to be read again in any case. Returns how many images were deleted.
 */
export function endFolders(
  db: Db,
  ended: readonly { id: number; digest: string }[],
  seen: number,
): Promise<number> {
  const ids = ended.map(({ id }) => id)
  return db.transaction().execute(async (trx) => {
    const deleted = await deleteUnseen(trx, ids, seen)
    await sql`
      update folders set digest = ended.digest
      from (
        select value->>'id' as id, value->>'digest' as digest from json_each(${JSON.stringify(ended)})
      ) as ended
      where folders.id = ended.id
        and not exists (select 1 from images where folder_id = folders.id and stat = '')
    `.execute(trx)
    return deleted
  })
}

export async function countFolders(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom('folders')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The ids of folders, in their order; empty after the last page. */
export async function listFolderIds(db: Db, page: { afterId: number; limit: number }): Promise<number[]> {
  const rows = await db
    .selectFrom('folders')
    .select('id')
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Deletes a folder that is gone, with its images, and marks their posts; returns how many images there were. */
export function deleteFolder(db: Db, id: number, seen: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const deleted = await deleteUnseen(trx, [id], seen)
    // An image that another folder or a manifest has taken over is not of this one any more.
    await trx.deleteFrom('folders').where('id', '=', id).execute()
    return deleted
  })
}

/** Forgets all folders: what they held is then seen one by one, or is gone. */
export function forgetFolders(db: Db): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await sql`update images set folder_id = null where folder_id is not null`.execute(trx)
    await trx.deleteFrom('folders').execute()
  })
}
