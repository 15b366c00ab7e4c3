import { readdir, rm } from 'node:fs/promises'
import type { Db } from '../../data/database.js'
import { findPartPaths } from '../../data/records/parts.js'
import { refuseSentPart } from './database-behind.js'
import { partOfNote } from './note-name.js'

/**
 * Deletes what a killed run left of tasks files: files half-written, and files whose record was never made. Their
 * requests are still pending, so nothing is lost. The caller is the only one who builds parts in this home.
 *
 * @throws HemlineError `database_behind` when one of them was sent: then its record is lost, and nothing is deleted.
 * @returns how many files were deleted; 0 when the folder is not there yet.
 */
export async function sweepParts(
  db: Db,
  place: { folder: string; prefix: string; pathOf(relativePath: string): string },
): Promise<number> {
  const recorded = new Set(await findPartPaths(db))
  const names = await readdir(place.pathOf(place.folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const paths = names
    .filter((name) => name.startsWith(`${place.prefix}_batch_`))
    .map((name) => `${place.folder}/${name}`)
  // Also of a part that has a record: nothing is sent before the note that says so is whole.
  const halfWritten = paths.filter((path) => path.endsWith('.part'))
  const unknown = paths.filter((path) => !path.endsWith('.part') && !recorded.has(partOfNote(path) ?? path))
  for (const path of unknown) await refuseSentPart(partOfNote(path) ?? path, { db, ...place })
  const leftOver = [...halfWritten, ...unknown]
  for (const path of leftOver) await rm(place.pathOf(path), { force: true })
  return leftOver.length
}
