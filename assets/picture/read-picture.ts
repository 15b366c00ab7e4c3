import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs'
import type { Refusal } from '../intake/found-image.js'

/** The most bytes of a picture that are read: 64 MiB. */
export const maxPictureBytes = 64 * 1024 * 1024

export type ReadPicture = { ok: true; bytes: Buffer } | ({ ok: false } & Refusal)

/** On Windows the last two are undefined, which counts as 0 here: there is no such pipe or link to guard against. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Reads a whole file, if it is a regular one of at most 64 MiB. Nothing else is ever read, not even when it takes the
 * file's place meanwhile: a link is not followed (`FoundImage` already names a link's target), and opening a pipe does
 * not wait for a writer. An empty file gives no bytes. Never throws.
 *
 * Synchronous, because its five calls take longer to be handed to other threads than to be made, and would wait there for
 * pictures that are being decoded. Whoever reads many lets other work have its turn.
 */
export function readPicture(path: string | Buffer): ReadPicture {
  try {
    const found = lstatSync(path)
    if (!found.isFile()) return notAFile
    const file = openSync(path, openFlags)
    try {
      return readRegular(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return refusalOf((error as NodeJS.ErrnoException).code ?? String(error))
  }
}

function readRegular(file: number): ReadPicture {
  const opened = fstatSync(file)
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
    const read = readSync(file, bytes, filled, bytes.length - filled, null)
    if (read === 0) break // the file became shorter
    filled += read
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
