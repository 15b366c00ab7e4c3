import { createHash } from 'node:crypto'
import type { Db } from '../../data/database.js'
import {
  deleteEmptyPosts,
  findImagesOfPosts,
  findTouchedPosts,
  storePostRecords,
} from '../../data/records/posts.js'
import { postRecord } from './post-record.js'
import { searchText } from './search-text.js'

const PAGE_POSTS = 100

/**
 * Groups again the posts that something changed in since they were grouped, and drops those without images. May be
 * killed at any point: a post keeps its mark until its record is stored.
 */
export async function groupTouchedPosts(
  db: Db,
  now: Date,
  signal: AbortSignal,
): Promise<{ grouped: number; dropped: number }> {
  const dropped = await deleteEmptyPosts(db)
  let grouped = 0
  let afterId = 0
  while (true) {
    signal.throwIfAborted()
    const posts = await findTouchedPosts(db, { afterId, limit: PAGE_POSTS })
    if (posts.length === 0) return { grouped, dropped }
    const images = await findImagesOfPosts(
      db,
      posts.map(({ id }) => id),
    )
    const records = posts.map(({ id, key }) => {
      const record = postRecord(
        key,
        images.filter(({ post_id }) => post_id === id),
      )
      const text = JSON.stringify(record)
      const digest = createHash('sha256').update(text).digest('hex')
      return { id, record: text, digest, ...searchText(record) }
    })
    await storePostRecords(db, records, now)
    grouped += posts.length
    afterId = posts.at(-1)!.id
  }
}
