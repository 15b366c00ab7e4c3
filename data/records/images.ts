import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'
import { Rows, insertRows } from '../insert-rows.js'
import type { Row } from '../schema.js'
import type { ImageState } from '../schema/image-tables.js'

export type Image = Row<'images'>

/** The next number for an observation; every image that it sees is marked with it. */
export async function nextObservationNumber(db: Db): Promise<number> {
  const row = await db
    .selectFrom('images')
    .select((eb) => eb.fn.max('seen').as('seen'))
    .executeTakeFirst()
  return (row?.seen ?? 0) + 1
}

/** The images that are on record for some pairs of post and path. */
export function findImages(
  db: Db,
  identities: readonly { postId: number; path: string }[],
): Promise<Image[]> {
  const pairs = sql<{ post_id: number; path: string }>`(
    select value->>'postId' as post_id, value->>'path' as path from json_each(${JSON.stringify(identities)})
  )`.as<'pairs'>('pairs')
  return db
    .selectFrom(pairs)
    .innerJoin('images', (join) =>
      join.onRef('images.post_id', '=', 'pairs.post_id').onRef('images.path', '=', 'pairs.path'),
    )
    .selectAll('images')
    .execute()
}

/** What an observation says of an image. */
const OBSERVED = [
  ...(['path', 'post_id', 'position', 'columns', 'state', 'reason', 'detail', 'sha256', 'format'] as const),
  ...(['width', 'height', 'stat', 'folder_id'] as const),
]

export type ObservedImage = Pick<Image, (typeof OBSERVED)[number]>

/** Inserts or replaces images, by post and path; a picture whose bytes changed loses its request. */
export async function upsertImages(db: Db, images: readonly ObservedImage[], seen: number): Promise<void> {
  const rows = new Rows()
  const values = rows.sharing(seen)
  for (const image of images) for (const column of OBSERVED) values.push(image[column])
  const columns = ['seen', ...OBSERVED]
  const replaced = columns.map((column) => `${column} = excluded.${column}`).join(', ')
  const request = 'request_id = iif(excluded.sha256 is images.sha256, images.request_id, null)'
  const onConflict = `on conflict (post_id, path) do update set ${replaced}, ${request}`
  await insertRows(db, `images (${columns.join(', ')})`, rows, onConflict)
}

/** Marks images as seen by an observation that found them unchanged, each in a folder or, null, in a manifest. */
export async function markSeen(
  db: Db,
  images: readonly { id: number; folderId: number | null }[],
  seen: number,
): Promise<void> {
  await sql`
    update images set seen = ${seen}, folder_id = marked.folder_id
    from (
      select value->>'id' as id, value->>'folderId' as folder_id from json_each(${JSON.stringify(images)})
    ) as marked
    where images.id = marked.id
  `.execute(db)
}

/**
 * Deletes the images of folders, or, null, of none, that the observation did not see, and marks their posts; returns how many.
 * Call it in a transaction.
 */
export async function deleteUnseen(
  trx: Db,
  folderIds: readonly number[] | null,
  seen: number,
): Promise<number> {
  const isUnseen = folderIds
    ? sql<SqlBool>`folder_id in (select value from json_each(${JSON.stringify(folderIds)})) and seen < ${seen}`
    : sql<SqlBool>`folder_id is null and seen < ${seen}`
  await sql`
    update posts set touched = 1 where id in (select post_id from images where ${isUnseen})
  `.execute(trx)
  const deleted = await trx.deleteFrom('images').where(isUnseen).executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

/** Makes the next observation read these pictures again, whatever their file's times say. */
export function forgetStats(db: Db, requestId: number): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await sql`
      update folders set digest = '' where id in (select folder_id from images where request_id = ${requestId})
    `.execute(trx)
    await trx.updateTable('images').set({ stat: '' }).where('request_id', '=', requestId).execute()
  })
}

/** Images with the key of their post, in the order of their ids; empty after the last page. */
export function listImages(
  db: Db,
  page: { state?: ImageState | undefined; afterId: number; limit: number },
): Promise<ListedImage[]> {
  let query = db
    .selectFrom('images')
    .innerJoin('posts', 'posts.id', 'images.post_id')
    .leftJoin('requests', 'requests.id', 'images.request_id')
    .select(['images.id', 'images.path', 'posts.key as post', 'images.position', 'images.columns'])
    .select(['images.state', 'images.reason', 'images.detail', 'images.sha256', 'images.format'])
    .select(['images.width', 'images.height', 'requests.state as request_state'])
    .select(['requests.reason as request_reason', 'requests.detail as request_detail'])
    .where('images.id', '>', page.afterId)
  if (page.state) query = query.where('images.state', '=', page.state)
  return query.orderBy('images.id').limit(page.limit).execute()
}

export type ListedImage = Pick<
  Image,
  | 'id'
  | 'path'
  | 'position'
  | 'columns'
  | 'state'
  | 'reason'
  | 'detail'
  | 'sha256'
  | 'format'
  | 'width'
  | 'height'
> & {
  post: string
  request_state: string | null
  request_reason: string | null
  request_detail: string | null
}

/** What the data version of the images is made of, of ids from `from` to below `to`. */
export function findSummedImages(db: Db, from: number, to: number): Promise<SummedImage[]> {
  return db
    .selectFrom('images')
    .innerJoin('posts', 'posts.id', 'images.post_id')
    .select(['images.id', 'images.path', 'posts.key as post', 'images.position', 'images.columns'])
    .select(['images.state', 'images.sha256', 'images.reason'])
    .where('images.id', '>=', from)
    .where('images.id', '<', to)
    .execute()
}

type SummedImage = Pick<Image, 'id' | 'path' | 'position' | 'columns' | 'state' | 'sha256' | 'reason'> & {
  post: string
}

/** How many images are usable and skipped, and how many posts they make. */
export async function countImages(db: Db): Promise<{ usable: number; skipped: number; posts: number }> {
  const row = await db
    .selectFrom('images')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('state', '=', 'usable').as('usable'),
      eb.fn.countAll<number>().filterWhere('state', '=', 'skipped').as('skipped'),
      eb.fn.count<number>('post_id').distinct().as('posts'),
    ])
    .executeTakeFirstOrThrow()
  return row
}

/** How many posts the images make; along an index. */
export async function countPostsOfImages(db: Db): Promise<number> {
  const { count } = await db
    .selectFrom(db.selectFrom('images').select('post_id').distinct().as('post_ids'))
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Some usable images that have no request under the recipe yet: new ones first, in the order of their ids; empty when all have. */
export async function findImagesWithoutRequest(
  db: Db,
  recipeId: number,
  limit: number,
): Promise<{ id: number; sha256: string }[]> {
  for (const isOther of otherRecipes(recipeId)) {
    const images = await db
      .selectFrom('images')
      .select(['id', 'sha256'])
      .where('state', '=', sql.lit('usable'))
      .where(isOther)
      .orderBy('recipe_id')
      .orderBy('id')
      .limit(limit)
      .$narrowType<{ sha256: string }>()
      .execute()
    if (images.length > 0) return images
  }
  return []
}

/** How many different pictures have no request under the recipe yet. */
export async function countPicturesWithoutRequest(db: Db, recipeId: number): Promise<number> {
  const pictures = otherRecipes(recipeId).map(
    (isOther) => sql`select sha256 from images where state = 'usable' and ${isOther}`,
  )
  const { rows } = await sql<{ count: number }>`
    select count(distinct sha256) as count from (${sql.join(pictures, sql` union all `)})
  `.execute(db)
  return rows[0]!.count
}

/** Three stretches of one index, where "is not" would read all of it. */
function otherRecipes(recipeId: number): RawBuilder<SqlBool>[] {
  return [sql`recipe_id is null`, sql`recipe_id < ${recipeId}`, sql`recipe_id > ${recipeId}`]
}

/** Lets images ask their new requests, and marks their posts: what described them before does no longer. */
export async function assignRequests(
  db: Db,
  assigned: readonly { imageId: number; requestId: number }[],
): Promise<void> {
  const json = JSON.stringify(assigned)
  await sql`
    update images set request_id = new.request_id
    from (select value->>'imageId' as id, value->>'requestId' as request_id from json_each(${json})) as new
    where images.id = new.id
  `.execute(db)
  await sql`
    update posts set touched = 1 where id in (
      select post_id from images where id in (select value->>'imageId' from json_each(${json}))
    )
  `.execute(db)
}
