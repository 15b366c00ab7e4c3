import { type Db, withoutSync } from '../../data/database.js'
import { type Image, findImages, markSeen, upsertImages } from '../../data/records/images.js'
import { ensurePosts, touchPosts } from '../../data/records/posts.js'
import type { NewRow } from '../../data/schema.js'
import type { FoundImage } from './found-image.js'
import { type ImageContent, type ReadContext, readImages } from './read-image.js'

export type ObserveContext = ReadContext & {
  db: Db
  /** Told how many pictures were looked at so far. */
  progress(done: number): void
}

/** One observation, and what it found so far. */
export type Look = {
  /** The number of this observation. */
  seen: number
  tally: { added: number; replaced: number; regrouped: number; removed: number }
}

/**
 * Brings the records of some pictures up to date, and counts them.
 *
 * @param folderId  the folder that lists them; null for those of a manifest.
 */
export async function mergeChunk(
  chunk: FoundImage[],
  folderId: number | null,
  { seen, tally }: Look,
  context: ObserveContext,
): Promise<void> {
  const { db } = context
  const posts = chunk.map(({ post }) => post)
  const postIds = await withoutSync(db, (unsynced) => ensurePosts(unsynced, posts))
  const identities = chunk.map(({ post, path }) => ({ postId: postIds.get(post)!, path }))
  const stored = await findImages(db, identities)
  const byIdentity = new Map(stored.map((image) => [identity(image.post_id, image.path), image]))
  const named = new Set<string>()
  const entries = chunk.flatMap((found) => {
    const postId = postIds.get(found.post)!
    const key = identity(postId, found.path)
    const before = byIdentity.get(key)
    // A manifest may name a picture of a post twice, far apart: the first row counts, at every look.
    if (named.has(key) || before?.seen === seen) return []
    named.add(key)
    return [{ found, postId, before }]
  })
  const unchanged = entries.filter(({ found, before }) => before && isUnchanged(found, before))
  const changed = entries.filter(({ found, before }) => !before || !isUnchanged(found, before))
  const rows: NewRow<'images'>[] = []
  const touched: number[] = []
  const read = readImages(
    changed.map(({ found }) => found),
    context,
  )
  let index = 0
  for await (const content of read) {
    const { found, postId, before } = changed[index++]!
    rows.push({ ...rowOf(found, postId, content, seen), folder_id: folderId })
    const change = changeOf(found, content, before)
    if (change === undefined) continue
    tally[change]++
    touched.push(postId)
  }
  const seenIds = unchanged.map(({ before }) => before!.id)
  await withoutSync(db, (unsynced) =>
    unsynced.transaction().execute(async (trx) => {
      await markSeen(trx, seenIds, seen, folderId)
      await upsertImages(trx, rows)
      await touchPosts(trx, touched)
    }),
  )
}

/** Equal stats mean equal bytes; whatever has no stat, or must be read again, is never unchanged. */
function isUnchanged(found: FoundImage, before: Image): boolean {
  return isSamePlace(found, before) && before.stat !== '' && before.stat === statText(found)
}

function isSamePlace(found: FoundImage, before: Image): boolean {
  return before.position === found.position && before.columns === JSON.stringify(found.columns)
}

/** Undefined for what was only written again, copied or moved back: it had to be read to know that it is the same. */
function changeOf(
  found: FoundImage,
  content: ImageContent,
  before: Image | undefined,
): 'added' | 'replaced' | 'regrouped' | undefined {
  if (!before) return 'added'
  if (before.sha256 !== content.sha256 || before.reason !== content.reason) return 'replaced'
  return isSamePlace(found, before) ? undefined : 'regrouped'
}

/** A picture from the network stays what it was when it was fetched. */
function statText({ stat, place, refused }: FoundImage): string {
  if (refused) return `refused:${refused.reason}:${refused.detail}`
  if (place.kind === 'url') return 'fetched'
  return stat ? `${stat.bytes}:${stat.mtimeNs}:${stat.ctimeNs}:${stat.inode}` : ''
}

function rowOf(found: FoundImage, postId: number, content: ImageContent, seen: number): NewRow<'images'> {
  const { path, position, columns } = found
  // What could not be opened, or came from the network as something else, is tried again by the next observation.
  const isFromNetwork = found.place.kind === 'url'
  const isWorthAnotherLook = content.reason === 'unreadable' || (isFromNetwork && content.reason !== null)
  const stat = isWorthAnotherLook ? '' : statText(found)
  return { path, post_id: postId, position, columns: JSON.stringify(columns), ...content, stat, seen }
}

function identity(postId: number, path: string): string {
  return `${postId}/${path}`
}
