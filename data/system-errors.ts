import { DataError } from './data-error.js'

/**
 * Puts a failure of the disk, the file system or the database file into a sentence with the next step; undefined for any
 * other error. Whatever was being written when it arose is not there, or is there whole.
 */
export function explainSystemError(error: unknown): DataError | undefined {
  const { code, message, path, syscall } = deepest(error) as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  const where = path === undefined ? '' : ` ("${path}")`
  const say = (name: string, sentence: string, hint: string): DataError =>
    new DataError({ code: name, message: `${sentence}${where}: ${message}`, hint, cause: error })
  if (['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)) {
    return say(
      'disk_full',
      'the disk is full',
      'Make room (`hemline clean` deletes what is not needed any more), then run the same command again; nothing is lost.',
    )
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return say(
      'database_busy',
      'another program holds the database for too long',
      'Is a backup running? When it is over, run the same command again; nothing is lost.',
    )
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return say(
      'database_corrupt',
      'the database file is damaged',
      'Restore hemline.db from a backup, or build it anew for nothing: hemline recover',
    )
  }
  // A file system that holds no folders of ours, such as /proc.
  const isNoPlace = code === 'ENOENT' && syscall === 'mkdir'
  if (
    isNoPlace ||
    ['EROFS', 'EACCES', 'EPERM'].includes(code) ||
    /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code)
  ) {
    return say(
      'not_writable',
      'a file cannot be opened or written',
      'Check the rights and the owner of the home, or name another with --home.',
    )
  }
  if (['ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'ENAMETOOLONG'].includes(code)) {
    return say(
      'bad_path',
      'a file stands where a folder should be, or a folder where a file should be',
      'Name another home with --home, or move what stands there.',
    )
  }
  if (code.startsWith('SQLITE_IOERR') || code === 'EIO') {
    return say(
      'disk_failed',
      'the disk does not answer as it should',
      'Check the disk; then run the same command again.',
    )
  }
  return undefined
}

function deepest(error: unknown): object {
  if (typeof error !== 'object' || error === null) return {}
  const { cause } = error as { cause?: unknown }
  return 'code' in error || cause === undefined ? error : deepest(cause)
}
