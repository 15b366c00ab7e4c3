import type { Db } from '../../data/database.js'
import {
  type Image,
  countImages,
  deleteUnseen,
  findImages,
  markSeen,
  nextObservationNumber,
  upsertImages,
} from '../../data/records/images.js'
import { ensurePosts, touchPosts } from '../../data/records/posts.js'
import type { NewRow } from '../../data/schema.js'
import type { FoundImage } from './found-image.js'
import { type ImageContent, type ReadContext, readImages } from './read-image.js'
import { versionOfImages } from './version-of-images.js'

export type ObserveContext = ReadContext & {
  db: Db
  /** Told how many pictures were looked at so far. */
  progress(done: number): void
}

/** What an observation found; `change` compares it with the one before and is empty when nothing changed. */
export type ObservedImages = {
  usable: number
  skipped: number
  posts: number
  added: number
  replaced: number
  regrouped: number
  removed: number
  change: string
}

/**
 * Looks at every picture of a source and brings the records up to date: what is new or may have changed is read, hashed
 * and decoded; what has the size, times and inode that are on record is not opened. Posts in which something changed are
 * marked.
 *
 * The data version covers path, post, position, columns, and the bytes or the reason why they cannot be used. May be
 * killed at any point: the next observation goes on from what is on record.
 *
 * @throws HemlineError for a manifest that cannot be read; the records keep what was seen before it.
 */
export async function observeImages(
  source: { images(): AsyncIterable<FoundImage[]> },
  context: ObserveContext,
): Promise<{ dataVersion: string; metadata: ObservedImages }> {
  const { db } = context
  const seen = await nextObservationNumber(db)
  const tally = { added: 0, replaced: 0, regrouped: 0 }
  let done = 0
  for await (const chunk of source.images()) {
    context.signal.throwIfAborted()
    await mergeChunk(chunk, seen, tally, context)
    context.progress((done += chunk.length))
  }
  const removed = await deleteUnseen(db, seen)
  const counts = { ...(await countImages(db)), ...tally, removed }
  const dataVersion = await versionOfImages(db)
  return { dataVersion, metadata: { ...counts, change: changeOf(counts) } }
}

async function mergeChunk(
  chunk: FoundImage[],
  seen: number,
  tally: { added: number; replaced: number; regrouped: number },
  context: ObserveContext,
): Promise<void> {
  const { db } = context
  const postIds = await ensurePosts(
    db,
    chunk.map(({ post }) => post),
  )
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
  const changed = entries.filter((entry) => !unchanged.includes(entry))
  const rows: NewRow<'images'>[] = []
  const read = readImages(
    changed.map(({ found }) => found),
    context,
  )
  let index = 0
  for await (const content of read) {
    const { found, postId, before } = changed[index++]!
    rows.push(rowOf(found, postId, content, seen))
    if (!before) tally.added++
    else if (before.sha256 !== content.sha256) tally.replaced++
    else tally.regrouped++
  }
  await db.transaction().execute(async (trx) => {
    await markSeen(
      trx,
      unchanged.map(({ before }) => before!.id),
      seen,
    )
    await upsertImages(trx, rows)
    await touchPosts(
      trx,
      changed.map(({ postId }) => postId),
    )
  })
}

/** Equal stats mean equal bytes; whatever has no stat, or must be read again, is never unchanged. */
function isUnchanged(found: FoundImage, before: Image): boolean {
  const isSamePlace = before.position === found.position && before.columns === JSON.stringify(found.columns)
  return isSamePlace && before.stat !== '' && before.stat === statText(found)
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

function changeOf(counts: Omit<ObservedImages, 'change'>): string {
  const { added, replaced, regrouped, removed } = counts
  return [
    [added, 'new'],
    [replaced, 'replaced'],
    [regrouped, 'with other columns or position'],
    [removed, 'removed'],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(', ')
}
