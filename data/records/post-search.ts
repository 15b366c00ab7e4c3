import { sql } from 'kysely'
import type { Db } from '../database.js'

/** What a post is found by: words of its texts, and facets such as `f0color0navy`, separated by blanks. */
export type SearchText = { id: number; words: string; facets: string }

/** Puts grouped posts into the search, in place of what they were found by before. Part of the caller's transaction. */
export async function storeSearchTexts(trx: Db, texts: readonly SearchText[]): Promise<void> {
  const json = JSON.stringify(texts)
  await sql`
    delete from post_search where rowid in (
      select posts.id from json_each(${json}) as new join posts on posts.id = new.value->>'id'
      where posts.is_searchable = 1
    )
  `.execute(trx)
  await sql`
    insert into post_search (rowid, words, facets)
    select value->>'id', value->>'words', value->>'facets' from json_each(${json})
  `.execute(trx)
  await sql`
    update posts set is_searchable = 1
    where is_searchable = 0 and id in (select value->>'id' from json_each(${json}))
  `.execute(trx)
}

/** Grouped posts that cannot be searched yet: an older version grouped them. In the order of their ids. */
export function findUnsearchablePosts(db: Db, limit: number): Promise<{ id: number; record: string }[]> {
  return db
    .selectFrom('posts')
    .select(['id', 'record'])
    .where('record', 'is not', null)
    .where('is_searchable', '=', sql.lit(0))
    .orderBy('id')
    .limit(limit)
    .$narrowType<{ record: string }>()
    .execute()
}

/** Stores the search texts of posts that had none, in one transaction. */
export function addSearchTexts(db: Db, texts: readonly SearchText[]): Promise<void> {
  return db.transaction().execute((trx) => storeSearchTexts(trx, texts))
}

/** A post that was found, with its record. */
export type FoundPost = { id: number; key: string; record: string; grouped_at: string }

/**
 * The next grouped posts that fit, in the order of their ids; empty after the last page.
 *
 * @param query  in the language of FTS5; undefined for all.
 */
export function findPosts(
  db: Db,
  query: string | undefined,
  page: { afterId: number; limit: number },
): Promise<FoundPost[]> {
  const columns = ['posts.id', 'posts.key', 'posts.record', 'posts.grouped_at'] as const
  if (query === undefined) {
    return db
      .selectFrom('posts')
      .select(columns)
      .where('record', 'is not', null)
      .where('posts.id', '>', page.afterId)
      .orderBy('posts.id')
      .limit(page.limit)
      .$narrowType<{ record: string; grouped_at: string }>()
      .execute()
  }
  const hits = sql<{ id: number }>`(
    select rowid as id from post_search
    where post_search match ${query} and rowid > ${page.afterId} order by rowid limit ${page.limit}
  )`.as<'hits'>('hits')
  return db
    .selectFrom(hits)
    .innerJoin('posts', 'posts.id', 'hits.id')
    .select(columns)
    .where('record', 'is not', null)
    .orderBy('posts.id')
    .$narrowType<{ record: string; grouped_at: string }>()
    .execute()
}

/** How many posts fit, counted up to a number and no further. */
export async function countFoundPosts(db: Db, query: string, upTo: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select 1 from post_search where post_search match ${query} limit ${upTo})
  `.execute(db)
  return rows[0]!.count
}

/** In how many posts each term is that begins with a prefix; terms that are in none are not among them. */
export async function countTerms(db: Db, prefix: string): Promise<{ term: string; posts: number }[]> {
  return db
    .selectFrom('post_search_terms')
    .select(['term', 'doc as posts'])
    .where('term', '>=', prefix)
    .where('term', '<', `${prefix}\u007f`)
    .execute()
}

/** How many posts are grouped, and how many of them cannot be searched yet. */
export async function countSearchable(db: Db): Promise<{ grouped: number; unsearchable: number }> {
  const counting = db
    .selectFrom('posts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('record', 'is not', null)
  const grouped = await counting.executeTakeFirstOrThrow()
  const unsearchable = await counting.where('is_searchable', '=', sql.lit(0)).executeTakeFirstOrThrow()
  return { grouped: grouped.count, unsearchable: unsearchable.count }
}
