import { DataError } from './data-error.js'
import { migrations } from './migrations/migrations.js'
import { loadSqlite } from './sqlite.js'

/** What a database file is found to be; `problem` is SQLite's own first word of what is wrong, undefined when it is whole. */
export type DatabaseCheck = { schema: number; knownSchema: number; problem: string | undefined }

/**
 * Looks a database file over without changing it: opened for reading only, and not brought up to date. Reads all of it.
 *
 * @throws DataError `not_a_database` when it is something else.
 */
export function checkDatabase(path: string): DatabaseCheck {
  const sqlite = new (loadSqlite())(path, { readonly: true })
  try {
    const found = sqlite.pragma('quick_check(1)', { simple: true }) as string
    return {
      schema: sqlite.pragma('user_version', { simple: true }) as number,
      knownSchema: migrations.length,
      problem: found === 'ok' ? undefined : found,
    }
  } catch (error) {
    throw new DataError({
      code: 'not_a_database',
      message: `"${path}" is not a readable SQLite database (${(error as Error).message})`,
      hint: 'Restore it from a backup, or build it anew for nothing: hemline recover',
      cause: error,
    })
  } finally {
    sqlite.close()
  }
}
