import { readFile } from 'node:fs/promises'
import { HemlineError } from '../../errors.js'

/**
 * Reads a record that this server has written; undefined when there is none.
 *
 * @throws HemlineError `damaged_record` when it is no longer JSON.
 */
export async function readRecord<Stored>(path: string): Promise<Stored | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stored
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (!(error instanceof SyntaxError)) throw error
    throw new HemlineError({
      code: 'damaged_record',
      message: `"${path}" is damaged: ${error.message}`,
      hint: 'Restore it from a backup, or delete it; the local server then forgets what it stands for.',
      cause: error,
    })
  }
}
