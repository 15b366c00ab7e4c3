import { existsSync } from 'node:fs'
import { HemlineError } from '../errors.js'
import { notePath } from './note-name.js'
import { readNote } from './part-note.js'
import { resultPaths } from './result-paths.js'

type Place = { pathOf(relativePath: string): string }

/**
 * Refuses to go on with a part of which the database does not know that it was sent: it was restored from a backup, and what it
 * takes for unasked is paid for.
 *
 * @throws HemlineError `database_behind`.
 */
export async function refuseSentPart(path: string, place: Place): Promise<void> {
  const note = await readNote(place.pathOf(notePath(path)))
  const { output, error } = resultPaths(path)
  const hasResults = [output, error].some((file) => existsSync(place.pathOf(file)))
  if (note?.lane !== 'batch' && !hasResults) return
  throw new HemlineError({
    code: 'database_behind',
    message: `"${path}" was sent, and the database does not know it: it is older than the rest of the home`,
    hint: 'Was it restored from a backup? Take in what was sent since, for nothing: hemline recover',
  })
}
