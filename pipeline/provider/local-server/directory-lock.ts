import { join } from 'node:path'
import { loadSqlite } from '../../../data/sqlite.js'
import { HemlineError } from '../../errors.js'

/**
 * Takes a directory for this server alone: two servers would answer the same lines, and write into the same files. The
 * lock is the operating system's, by way of an empty SQLite file, so it ends with the process however that ends.
 *
 * @returns the function that gives the directory back.
 * @throws HemlineError `local_server_running` when another server has it.
 */
export function lockDirectory(directory: string): () => void {
  const Database = loadSqlite()
  const file = new Database(join(directory, 'lock.db'), { timeout: 0 })
  try {
    file.exec('begin exclusive')
    return () => file.close()
  } catch (error) {
    file.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new HemlineError({
      code: 'local_server_running',
      message: `another local server is using "${directory}"`,
      hint: 'Stop that one first, or give this one a directory of its own.',
      cause: error,
    })
  }
}
