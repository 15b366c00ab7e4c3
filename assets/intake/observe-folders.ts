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
  const { db, signal, progress } = context
  const seen = new Set<number>()
  for await (const some of inHandfuls(folders)) {
    signal.throwIfAborted()
    const listed = some.map((folder) => ({ folder, digest: folder.digest() }))
    const known = await findFolders(
      db,
      some.map(({ path }) => path),
    )
    const isKnown = ({ folder, digest }: ListedFolder): boolean => known.get(folder.path)?.digest === digest
    for (const { folder } of listed.filter(isKnown)) {
      seen.add(known.get(folder.path)!.id)
      progress((look.done += folder.count))
    }
    const others = listed.filter((each) => !isKnown(each))
    if (others.length > 0) for (const id of await lookInto(others, look, context)) seen.add(id)
  }
  if ((await countFolders(db)) > seen.size) await dropFolders(seen, look, db)
}

type ListedFolder = { folder: FoundFolder; digest: string }

/** @returns the folders' ids. */
async function lookInto(folders: ListedFolder[], look: Look, context: ObserveContext): Promise<number[]> {
  const { db, signal } = context
  const paths = folders.map(({ folder }) => folder.path)
  // After a power cut the next look finds again what this one found.
  const ids = await withoutSync(db, (unsynced) => beginFolders(unsynced, paths))
  for (const chunk of chunksOf(folders, ids)) {
    signal.throwIfAborted()
    await mergeChunk(chunk, look, context)
  }
  const ended = folders.map(({ folder, digest }) => ({ id: ids.get(folder.path)!, digest }))
  look.tally.removed += await withoutSync(db, (unsynced) => endFolders(unsynced, ended, look.seen))
  return [...ids.values()]
}

/** The pictures of folders, those of many small ones together: a statement takes as long for one as for a hundred. */
function* chunksOf(folders: ListedFolder[], ids: ReadonlyMap<string, number>): Generator<ImageInFolder[]> {
  let chunk: ImageInFolder[] = []
  for (const { folder } of folders) {
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
/** Folders whose digests are looked up at once, and how many names they may hold together. */
const HANDFUL = { folders: 500, names: 2_000 }

async function* inHandfuls(folders: AsyncIterable<FoundFolder>): AsyncGenerator<FoundFolder[]> {
  let some: FoundFolder[] = []
  let names = 0
  for await (const folder of folders) {
    some.push(folder)
    names += folder.count
    if (some.length < HANDFUL.folders && names < HANDFUL.names) continue
    yield some
    ;[some, names] = [[], 0]
  }
  if (some.length > 0) yield some
}
