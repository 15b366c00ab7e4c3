import { sql } from 'kysely'
import type { Db } from '../database.js'
import { type SearchText, storeSearchTexts } from './post-search.js'

/** Finds or inserts one post per key, and returns their ids by key. */
export async function ensurePosts(db: Db, keys: readonly string[]): Promise<Map<string, number>> {
  const json = JSON.stringify([...new Set(keys)])
  await sql`
    insert into posts (key) select value from json_each(${json}) where true on conflict (key) do nothing
  `.execute(db)
  const rows = await db
    .selectFrom('posts')
    .select(['id', 'key'])
    .where('key', 'in', sql<string>`(select value from json_each(${json}))`)
    .execute()
  return new Map(rows.map((row) => [row.key, row.id]))
}

/** Marks posts as changed since they were grouped. */
export async function touchPosts(db: Db, ids: Iterable<number>): Promise<void> {
  const json = JSON.stringify([...ids])
  await sql`
    update posts set touched = 1 where touched = 0 and id in (select value from json_each(${json}))
  `.execute(db)
}

/** Marks the posts whose images ask some requests. */
export async function touchPostsOfRequests(db: Db, requestIds: readonly number[]): Promise<void> {
  if (requestIds.length === 0) return
  await sql`
    update posts set touched = 1 where touched = 0 and id in (
      select post_id from images where request_id in (select value from json_each(${JSON.stringify(requestIds)}))
    )
  `.execute(db)
}

/** How many posts wait to be grouped, again or for the first time. */
export async function countTouchedPosts(db: Db): Promise<number> {
  const row = await db
    .selectFrom('posts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('touched', '=', 1)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Marks every post, so that all are grouped again. */
export async function touchAllPosts(db: Db): Promise<void> {
  await db.updateTable('posts').set({ touched: 1 }).where('touched', '=', 0).execute()
}

/** Deletes the posts that have no image any more; returns how many. */
export async function deleteEmptyPosts(db: Db): Promise<number> {
  const deleted = await db
    .deleteFrom('posts')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('images').select('images.id').whereRef('images.post_id', '=', 'posts.id'))),
    )
    .executeTakeFirstOrThrow()
  return Number(deleted.numDeletedRows)
}

/** The next touched posts in the order of their ids; empty after the last page. */
export function findTouchedPosts(
  db: Db,
  page: { afterId: number; limit: number },
): Promise<{ id: number; key: string }[]> {
  return db
    .selectFrom('posts')
    .select(['id', 'key'])
    .where('touched', '=', 1)
    .where('id', '>', page.afterId)
    .orderBy('id')
    .limit(page.limit)
    .execute()
}

/** What a post is made of: its images in order, usable ones with their answer where there is one. */
export function findImagesOfPosts(db: Db, postIds: readonly number[]): Promise<PostImage[]> {
  return db
    .selectFrom('images')
    .leftJoin('requests', 'requests.id', 'images.request_id')
    .leftJoin('answers', 'answers.request_id', 'images.request_id')
    .select([
      'images.post_id',
      'images.path',
      'images.position',
      'images.columns',
      'images.state',
      'images.reason as image_reason',
      'images.sha256',
      'requests.state as request_state',
      'requests.reason as request_reason',
      'answers.body as answer',
    ])
    .where('images.post_id', 'in', postIds)
    .orderBy('images.post_id')
    .orderBy('images.position')
    .orderBy('images.path')
    .execute()
}

export type PostImage = {
  post_id: number
  path: string
  position: number
  columns: string
  state: 'usable' | 'skipped'
  image_reason: string | null
  sha256: string | null
  request_state: string | null
  request_reason: string | null
  answer: string | null
}

/** Stores grouped posts with what they are found by, and takes their mark away, in one transaction. */
export function storePostRecords(
  db: Db,
  records: readonly ({ record: string; digest: string } & SearchText)[],
  now: Date,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const changed = await findOtherRecords(trx, records)
    await sql`
      update posts set record = new.record, record_digest = new.digest, touched = 0, grouped_at = ${now.toISOString()}
      from (
        select value->>'id' as id, value->>'record' as record, value->>'digest' as digest
        from json_each(${JSON.stringify(records.map(({ id, record, digest }) => ({ id, record, digest })))})
      ) as new
      where posts.id = new.id
    `.execute(trx)
    const texts = records.filter(({ id }) => changed.has(id))
    await storeSearchTexts(
      trx,
      texts.map(({ id, words, facets }) => ({ id, words, facets })),
    )
  })
}

/** The grouped posts of ids from `from` to below `to`. */
export function findRecordDigests(
  db: Db,
  from: number,
  to: number,
): Promise<{ id: number; key: string; record_digest: string }[]> {
  return db
    .selectFrom('posts')
    .select(['id', 'key', 'record_digest'])
    .where('record_digest', 'is not', null)
    .where('id', '>=', from)
    .where('id', '<', to)
    .$narrowType<{ record_digest: string }>()
    .execute()
}

/** Which of the posts come out different, or cannot be searched yet: replacing what a post is found by takes its time. */
async function findOtherRecords(
  trx: Db,
  records: readonly { id: number; digest: string }[],
): Promise<Set<number>> {
  const json = JSON.stringify(records.map(({ id, digest }) => ({ id, digest })))
  const { rows } = await sql<{ id: number }>`
    select posts.id from json_each(${json}) as new join posts on posts.id = new.value->>'id'
    where posts.record_digest is not new.value->>'digest' or posts.is_searchable = 0
  `.execute(trx)
  return new Set(rows.map(({ id }) => id))
}

/** Grouped posts in the order of their keys; empty after the last page. */
export function listPostRecords(
  db: Db,
  page: { afterKey: string; limit: number },
): Promise<{ key: string; record: string; record_digest: string }[]> {
  return db
    .selectFrom('posts')
    .select(['key', 'record', 'record_digest'])
    .where('record', 'is not', null)
    .where('key', '>', page.afterKey)
    .orderBy('key')
    .limit(page.limit)
    .$narrowType<{ record: string; record_digest: string }>()
    .execute()
}
