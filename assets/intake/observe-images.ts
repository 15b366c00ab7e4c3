import type { Db } from '../../data/database.js'
import { countFolders, forgetFolders } from '../../data/records/folders.js'
import { countPostsOfImages, deleteUnseen, nextObservationNumber } from '../../data/records/images.js'
import { findLatestObservation } from '../../data/records/observations.js'
import type { FoundImage } from './found-image.js'
import { type Look, type ObserveContext, mergeChunk } from './merge-images.js'
import { lookAtFolders } from './observe-folders.js'
import type { ImageSource } from './source.js'
import { versionOfImages } from './version-of-images.js'

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
 * and inspected; what has the size, times and inode that are on record is not opened; a folder in which all have them, and
 * nothing came or went, is passed by as a whole. Posts in which something changed are marked.
 *
 * The data version covers path, post, position, columns, and the bytes or the reason why they cannot be used. May be
 * killed at any point: the next observation goes on from what is on record.
 *
 * @throws HemlineError for a manifest that cannot be read; the records keep what was seen before it.
 */
export async function observeImages(
  source: Pick<ImageSource, 'images' | 'folders'>,
  context: ObserveContext,
): Promise<{ dataVersion: string; metadata: ObservedImages }> {
  const { db } = context
  const look: Look = {
    seen: await nextObservationNumber(db),
    done: 0,
    tally: { added: 0, replaced: 0, regrouped: 0, removed: 0 },
  }
  if (source.folders) await lookAtFolders(source.folders(), look, context)
  else await lookAtManifest(source.images(), look, context)
  look.tally.removed += await db.transaction().execute((trx) => deleteUnseen(trx, null, look.seen))
  const { dataVersion, usable, skipped } = await versionOfImages(db)
  const counts = { usable, skipped, posts: await countPosts(db, dataVersion), ...look.tally }
  return { dataVersion, metadata: { ...counts, change: changeOf(counts) } }
}

async function lookAtManifest(
  chunks: AsyncIterable<FoundImage[]>,
  look: Look,
  context: ObserveContext,
): Promise<void> {
  if ((await countFolders(context.db)) > 0) await forgetFolders(context.db)
  for await (const chunk of chunks) {
    context.signal.throwIfAborted()
    await mergeChunk(
      chunk.map((found) => ({ found, folderId: null })),
      look,
      context,
    )
  }
}

/** The same images make the same posts; of others they are counted, which takes a whole index. */
async function countPosts(db: Db, dataVersion: string): Promise<number> {
  const before = await findLatestObservation(db, 'images')
  if (before?.data_version !== dataVersion) return countPostsOfImages(db)
  return (JSON.parse(before.metadata) as ObservedImages).posts
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
