import { existsSync } from 'node:fs'
import type { Db } from '../../data/database.js'
import { findBatchesOfPart } from '../../data/records/batches.js'
import { findPartNamed } from '../../data/records/parts.js'
import { HemlineError } from '../errors.js'
import { notePath } from './note-name.js'
import { readNote } from './part-note.js'
import { resultPaths } from './result-paths.js'

type Place = { db: Db; pathOf(relativePath: string): string }

/**
 * Whether the files of a home show that a part was sent of which the database knows no batch: it was restored from a backup, and
 * what it takes for unasked is paid for.
 *
 * @param path  of the part's tasks file, relative to the home.
 */
export async function isBehind(path: string, { db, pathOf }: Place): Promise<boolean> {
  const part = await findPartNamed(db, path)
  if (part && (await findBatchesOfPart(db, part.id)).length > 0) return false
  const { output, error } = resultPaths(path)
  if ([output, error].some((file) => existsSync(pathOf(file)))) return true
  return (await readNote(pathOf(notePath(path))))?.lane === 'batch'
}

/** Refuses to send, or to sweep away, a part that was sent. @throws HemlineError `database_behind`. */
export async function refuseSentPart(path: string, place: Place): Promise<void> {
  if (!(await isBehind(path, place))) return
  throw new HemlineError({
    code: 'database_behind',
    message: `"${path}" was sent, and the database does not know it: it is older than the rest of the home`,
    hint: 'Was it restored from a backup? Take in what was sent since, for nothing: hemline recover',
  })
}
