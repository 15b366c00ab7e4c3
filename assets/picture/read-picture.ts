import { constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import type { Refusal } from '../intake/found-image.js'

/** The most bytes of a picture that are read: 64 MiB. */
export const maxPictureBytes = 64 * 1024 * 1024

export type ReadPicture = { ok: true; bytes: Buffer } | ({ ok: false } & Refusal)

/** On Windows the last two are undefined, which counts as 0 here: there is no such pipe or link to guard against. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads a whole file, if it is a regular one of at most 64 MiB. Nothing else is ever read, not even when it takes the
 * file's place meanwhile: a link is not followed (`FoundImage` already names a link's target), and opening a pipe does
 * not wait for a writer. An empty file gives no bytes. Never rejects.
 */
export async function readPicture(path: string | Buffer): Promise<ReadPicture> {
  try {
    const found = await lstat(path)
    if (!found.isFile()) return notAFile
    const file = await open(path, openFlags)
    try {
      return await readRegular(file)
    } finally {
      await file.close()
    }
  } catch (error) {
    return refusalOf((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

async function readRegular(file: FileHandle): Promise<ReadPicture> {
  const opened = await file.stat()
  if (!opened.isFile()) return notAFile
  if (opened.size > maxPictureBytes)
    return {
      ok: false,
      reason: 'too_many_bytes',
      detail: `${opened.size} bytes; at most ${maxPictureBytes} are read`,
    }
  const bytes = Buffer.allocUnsafeSlow(opened.size)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled)
    if (bytesRead === 0) break // the file became shorter
    filled += bytesRead
  }
  return { ok: true, bytes: bytes.subarray(0, filled) }
}

const notAFile: ReadPicture = { ok: false, reason: 'not_a_file', detail: 'not a regular file any more' }

function refusalOf(code: string): ReadPicture {
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return { ok: false, reason: 'missing', detail: 'the file is gone' }
  if (code === 'ELOOP' || code === 'ENXIO') return notAFile
  return { ok: false, reason: 'unreadable', detail: `the system refuses to open it: ${code}` }
}
