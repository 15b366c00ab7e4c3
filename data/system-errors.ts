import { DataError } from './data-error.js'

/** What a failure of the system means for a person. */
type Meaning = {
  code: string
  sentence: string
  hint: string
  is(code: string, syscall: string | undefined): boolean
}

/** The first that fits counts. */
const meanings: readonly Meaning[] = [
  {
    code: 'disk_full',
    sentence: 'the disk is full',
    hint: 'Make room (`hemline clean` deletes what is not needed any more), then run the same command again; nothing is lost.',
    is: (code) => ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code),
  },
  {
    code: 'database_busy',
    sentence: 'another program holds the database for too long',
    hint: 'Is a backup running? When it is over, run the same command again; nothing is lost.',
    is: (code) => code.startsWith('SQLITE_BUSY'),
  },
  {
    code: 'database_corrupt',
    sentence: 'the database file is damaged',
    hint: 'Restore hemline.db from a backup, or build it anew for nothing: hemline recover',
    is: (code) => code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB',
  },
  {
    code: 'not_writable',
    sentence: 'a file cannot be opened or written',
    hint: 'Check the rights and the owner of the home, or name another with --home.',
    is: (code, syscall) =>
      ['EROFS', 'EACCES', 'EPERM'].includes(code) ||
      /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) ||
      // A file system that holds no folders of ours, such as /proc.
      (code === 'ENOENT' && syscall === 'mkdir'),
  },
  {
    code: 'bad_path',
    sentence: 'a file stands where a folder should be, or a folder where a file should be',
    hint: 'Name another home with --home, or move what stands there.',
    is: (code) => ['ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code),
  },
  {
    code: 'disk_failed',
    sentence: 'the disk does not answer as it should',
    hint: 'Check the disk; then run the same command again.',
    is: (code) => code.startsWith('SQLITE_IOERR') || code === 'EIO',
  },
]

/**
 * Puts a failure of the disk, the file system or the database file into a sentence with the next step; undefined for any
 * other error. Whatever was being written when it arose is not there, or is there whole.
 */
export function explainSystemError(error: unknown): DataError | undefined {
  const { code, message, path, syscall } = deepest(error) as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  const meaning = meanings.find(({ is }) => is(code, syscall))
  if (!meaning) return undefined
  const where = path === undefined ? '' : ` ("${path}")`
  const text = `${meaning.sentence}${where}: ${message}`
  return new DataError({ code: meaning.code, message: text, hint: meaning.hint, cause: error })
}

function deepest(error: unknown): object {
  if (typeof error !== 'object' || error === null) return {}
  const { cause } = error as { cause?: unknown }
  return 'code' in error || cause === undefined ? error : deepest(cause)
}
