import { type Db, withoutSync } from '../../data/database.js'
import {
  beginFolder,
  countFolders,
  deleteFolder,
  endFolder,
  findFolders,
  listFolderIds,
} from '../../data/records/folders.js'
import type { FoundFolder } from './found-folder.js'
import { type Look, type ObserveContext, mergeChunk } from './merge-images.js'

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
  let done = 0
  for await (const some of inHandfuls(folders)) {
    const known = await findFolders(
      db,
      some.map(({ path }) => path),
    )
    for (const folder of some) {
      signal.throwIfAborted()
      const before = known.get(folder.path)
      const digest = folder.digest()
      if (before?.digest === digest) seen.add(before.id)
      else seen.add(await lookInto(folder, digest, look, context))
      progress((done += folder.count))
    }
  }
  if ((await countFolders(db)) > seen.size) await dropFolders(seen, look, db)
}

/** @returns the folder's id. */
async function lookInto(
  folder: FoundFolder,
  digest: string,
  look: Look,
  context: ObserveContext,
): Promise<number> {
  const { db, signal } = context
  // After a power cut the next look finds again what this one found.
  const id = await withoutSync(db, (unsynced) => beginFolder(unsynced, folder.path))
  for (const chunk of folder.images()) {
    signal.throwIfAborted()
    await mergeChunk(chunk, id, look, context)
  }
  look.tally.removed += await withoutSync(db, (unsynced) => endFolder(unsynced, id, digest, look.seen))
  return id
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
