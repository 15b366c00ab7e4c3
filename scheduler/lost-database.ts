import { existsSync, readdirSync } from 'node:fs'
import { BATCH_FOLDER, type Home } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'
import { partOfNote } from '../pipeline/batch/note-name.js'
import { formatCountOf } from '../reports/numbers.js'

/**
 * A home that has sent parts, and has no database, has lost it. Beginning anew would pay for all of them again.
 *
 * @throws HemlineError `database_lost`.
 */
export function refuseLostDatabase(home: Home): void {
  const folder = home.pathOf(BATCH_FOLDER)
  if (existsSync(home.database) || !existsSync(folder)) return
  const parts = readdirSync(folder).filter((name) => partOfNote(name) !== undefined)
  if (parts.length === 0) return
  throw new HemlineError({
    code: 'database_lost',
    message: `"${home.database}" is not there, but the home holds ${formatCountOf(parts.length, 'part that was', 'parts that were')} built with it`,
    hint: 'Build it anew, for nothing: hemline recover. Or restore it from a backup.',
  })
}
