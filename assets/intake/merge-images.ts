import { type Db, withoutSync } from '../../data/database.js'
import {
  type Image,
  type ObservedImage,
  findImages,
  markSeen,
  upsertImages,
} from '../../data/records/images.js'
import { ensurePosts, touchPosts } from '../../data/records/posts.js'
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
  /** How many pictures were looked at. */
  done: number
  tally: { added: number; replaced: number; regrouped: number; removed: number }
}

/** A picture, and the folder that lists it; null for one of a manifest. */
export type ImageInFolder = { found: FoundImage; folderId: number | null }

type Entry = ImageInFolder & { postId: number; before: Image | undefined }

/** Brings the records of some pictures up to date, and counts them. */
export async function mergeChunk(
  chunk: readonly ImageInFolder[],
  look: Look,
  context: ObserveContext,
): Promise<void> {
  const { db } = context
  const entries = await entriesOf(chunk, look, db)
  const unchanged = entries.filter(({ found, before }) => before && isUnchanged(found, before))
  const changed = entries.filter(({ found, before }) => !before || !isUnchanged(found, before))
  context.progress((look.done += chunk.length - changed.length))
  const { rows, touched } = await readChanged(changed, look, context)
  const seen = unchanged.map(({ before, folderId }) => ({ id: before!.id, folderId }))
  await withoutSync(db, (unsynced) =>
    unsynced.transaction().execute(async (trx) => {
      await markSeen(trx, seen, look.seen)
      await upsertImages(trx, rows, look.seen)
      await touchPosts(trx, touched)
    }),
  )
}

/** The pictures with what is on record of them. A manifest may name one of a post twice, far apart: the first counts, at every look. */
async function entriesOf(chunk: readonly ImageInFolder[], look: Look, db: Db): Promise<Entry[]> {
  const posts = chunk.map(({ found }) => found.post)
  const postIds = await withoutSync(db, (unsynced) => ensurePosts(unsynced, posts))
  const identities = chunk.map(({ found: { post, path } }) => ({ postId: postIds.get(post)!, path }))
  const stored = await findImages(db, identities)
  const byIdentity = new Map(stored.map((image) => [identity(image.post_id, image.path), image]))
  const named = new Set<string>()
  return chunk.flatMap(({ found, folderId }) => {
    const postId = postIds.get(found.post)!
    const key = identity(postId, found.path)
    const before = byIdentity.get(key)
    if (named.has(key) || before?.seen === look.seen) return []
    named.add(key)
    return [{ found, folderId, postId, before }]
  })
}

async function readChanged(
  entries: readonly Entry[],
  look: Look,
  context: ObserveContext,
): Promise<{ rows: ObservedImage[]; touched: number[] }> {
  const rows: ObservedImage[] = []
  const touched: number[] = []
  const contents = readImages(
    entries.map(({ found }) => found),
    context,
  )
  let index = 0
  for await (const content of contents) {
    const { found, folderId, postId, before } = entries[index++]!
    context.progress(++look.done)
    rows.push({ ...rowOf(found, postId, content), folder_id: folderId })
    const change = changeOf(found, content, before)
    if (change === undefined) continue
    look.tally[change]++
    touched.push(postId)
  }
  return { rows, touched }
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

function rowOf(found: FoundImage, postId: number, content: ImageContent): Omit<ObservedImage, 'folder_id'> {
  const { path, position, columns } = found
  // What could not be opened, or came from the network as something else, is tried again by the next observation.
  const isFromNetwork = found.place.kind === 'url'
  const isWorthAnotherLook = content.reason === 'unreadable' || (isFromNetwork && content.reason !== null)
  const stat = isWorthAnotherLook ? '' : statText(found)
  return { path, post_id: postId, position, columns: JSON.stringify(columns), ...content, stat }
}

function identity(postId: number, path: string): string {
  return `${postId}/${path}`
}
