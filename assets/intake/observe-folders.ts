import { type Db, withoutSync } from '../../data/database.js'
import {
  beginFolders,
  countFolders,
  deleteFolder,
  endFolders,
  findFolders,
  listFolderIds,
} from '../../data/records/folders.js'
import { type FoundFolder, chunkSize } from './found-folder.js'
import { type ImageInFolder, type Look, type ObserveContext, mergeChunk } from './merge-images.js'

/**
 * Looks at the folders of a tree. One whose digest is on record is passed by; of the others every picture is looked at. May be
 * killed at any point: a folder's digest is not on record before all that is in it is.
 */
export async function lookAtFolders(
  folders: AsyncIterable<FoundFolder>,
  look: Look,
  context: ObserveContext,
): Promise<void> {
  const { db } = context
  const seen = new Set<number>()
  for await (const some of inHandfuls(changedFolders(folders, seen, look, context), CHANGED_NAMES)) {
    for (const id of await lookInto(some, look, context)) seen.add(id)
  }
  if ((await countFolders(db)) > seen.size) await dropFolders(seen, look, db)
}

/** Those that are not as they are on record; the ids of the others are added to `seen`. */
async function* changedFolders(
  folders: AsyncIterable<FoundFolder>,
  seen: Set<number>,
  look: Look,
  { db, signal, progress }: ObserveContext,
): AsyncGenerator<FoundFolder> {
  for await (const some of inHandfuls(folders, LISTED_NAMES)) {
    signal.throwIfAborted()
    const known = await findFolders(
      db,
      some.map(({ path }) => path),
    )
    for (const folder of some) {
      const before = known.get(folder.path)
      if (before?.digest === folder.digest()) {
        seen.add(before.id)
        progress((look.done += folder.count))
      } else yield folder
    }
  }
}

/** @returns the folders' ids. */
async function lookInto(folders: FoundFolder[], look: Look, context: ObserveContext): Promise<number[]> {
  const { db, signal } = context
  const paths = folders.map(({ path }) => path)
  // After a power cut the next look finds again what this one found.
  const ids = await withoutSync(db, (unsynced) => beginFolders(unsynced, paths))
  for (const chunk of chunksOf(folders, ids)) {
    signal.throwIfAborted()
    await mergeChunk(chunk, look, context)
  }
  const ended = folders.map((folder) => ({ id: ids.get(folder.path)!, digest: folder.digest() }))
  look.tally.removed += await withoutSync(db, (unsynced) => endFolders(unsynced, ended, look.seen))
  return [...ids.values()]
}

/** The pictures of folders, those of many small ones together: a statement takes as long for one as for a hundred. */
function* chunksOf(folders: FoundFolder[], ids: ReadonlyMap<string, number>): Generator<ImageInFolder[]> {
  let chunk: ImageInFolder[] = []
  for (const folder of folders) {
    const folderId = ids.get(folder.path)!
    for (const images of folder.images()) {
      for (const found of images) chunk.push({ found, folderId })
      if (chunk.length < chunkSize) continue
      yield chunk
      chunk = []
    }
  }
  if (chunk.length > 0) yield chunk
}

/** Deletes the folders that are gone. */
async function dropFolders(seen: ReadonlySet<number>, look: Look, db: Db): Promise<void> {
  let afterId = 0
  while (true) {
    const ids = await listFolderIds(db, { afterId, limit: PAGE_FOLDERS })
    const last = ids.at(-1)
    if (last === undefined) return
    for (const id of ids.filter((each) => !seen.has(each))) {
      look.tally.removed += await deleteFolder(db, id, look.seen)
    }
    afterId = last
  }
}

const PAGE_FOLDERS = 10_000
const HANDFUL_FOLDERS = 500
/** In folders whose digests are looked up at once, which each look does with all: their listings are kept until then. */
const LISTED_NAMES = 200
/** In changed folders that are recorded together. */
const CHANGED_NAMES = 2_000

/** As many folders as hold so many names together. */
async function* inHandfuls(
  folders: AsyncIterable<FoundFolder>,
  mostNames: number,
): AsyncGenerator<FoundFolder[]> {
  let some: FoundFolder[] = []
  let names = 0
  for await (const folder of folders) {
    some.push(folder)
    names += folder.count
    if (some.length < HANDFUL_FOLDERS && names < mostNames) continue
    yield some
    ;[some, names] = [[], 0]
  }
  if (some.length > 0) yield some
}
