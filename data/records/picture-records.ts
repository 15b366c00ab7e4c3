import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/** A picture with everything that is on record of it: its post, what it was asked with, and its answer. */
export type PictureRecord = Row<'images'> & {
  post: string
  fingerprint: string | null
  request_state: string | null
  attempts: number | null
  request_reason: string | null
  request_detail: string | null
  model: string | null
  profile: string | null
  recipe: string | null
  part: string | null
  provider_batch_id: string | null
  answer: string | null
  answered_by: string | null
  answered_at: string | null
}

/** One picture by the id of its image; undefined when there is none. */
export function findPicture(db: Db, imageId: number): Promise<PictureRecord | undefined> {
  return db
    .selectFrom('images')
    .innerJoin('posts', 'posts.id', 'images.post_id')
    .leftJoin('requests', 'requests.id', 'images.request_id')
    .leftJoin('recipes', 'recipes.id', 'requests.recipe_id')
    .leftJoin('parts', 'parts.id', 'requests.part_id')
    .leftJoin('answers', 'answers.request_id', 'requests.id')
    .leftJoin('batches', 'batches.id', 'answers.batch_id')
    .selectAll('images')
    .select(['posts.key as post', 'requests.fingerprint', 'requests.state as request_state'])
    .select(['requests.attempts', 'requests.reason as request_reason', 'requests.detail as request_detail'])
    .select(['recipes.model', 'recipes.profile', 'recipes.body as recipe', 'parts.path as part'])
    .select(['batches.provider_batch_id', 'answers.body as answer', 'answers.model as answered_by'])
    .select('answers.answered_at')
    .where('images.id', '=', imageId)
    .executeTakeFirst()
}

/** Where the bytes of one image are, and which; undefined when there is no such image. */
export function findPicturePlace(
  db: Db,
  imageId: number,
): Promise<{ path: string; sha256: string | null } | undefined> {
  return db.selectFrom('images').select(['path', 'sha256']).where('id', '=', imageId).executeTakeFirst()
}

/** What the page shows of the images of some posts beside their records, in the posts' order. */
export function findPicturesOfPosts(
  db: Db,
  postIds: readonly number[],
): Promise<
  (Pick<Row<'images'>, 'id' | 'post_id' | 'path' | 'width' | 'height' | 'sha256' | 'detail'> & {
    request_detail: string | null
  })[]
> {
  return db
    .selectFrom('images')
    .leftJoin('requests', 'requests.id', 'images.request_id')
    .select(['images.id', 'images.post_id', 'images.path', 'images.width', 'images.height', 'images.sha256'])
    .select(['images.detail', 'requests.detail as request_detail'])
    .where('images.post_id', 'in', postIds)
    .orderBy('images.post_id')
    .orderBy('images.position')
    .execute()
}

/** What the answers to one request were charged, oldest first. */
export function listChargesOfRequest(db: Db, requestId: number): Promise<Row<'charges'>[]> {
  return db.selectFrom('charges').selectAll().where('request_id', '=', requestId).orderBy('id').execute()
}

/** Which of these digests are of pictures that usable images hold. */
export async function findKnownPictures(db: Db, digests: readonly string[]): Promise<Set<string>> {
  // Along the index that holds usable images alone.
  const { rows } = await sql<{ sha256: string }>`
    select distinct sha256 from images
    where state = 'usable' and sha256 in (select value from json_each(${JSON.stringify(digests)}))
  `.execute(db)
  return new Set(rows.map(({ sha256 }) => sha256))
}
