import { open, readdir, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { HemlineError } from '../../pipeline/errors.js'
import { systemCode } from './file-facts.js'
import type { FoundImage } from './found-image.js'
import { readManifest } from './read-manifest.js'
import type { FoundFolder } from './found-folder.js'
import { type PassedOver, walkFolder, walkFolders } from './walk-folder.js'

/** Where pictures come from: a folder tree, or a manifest that names them. */
export type ImageSource = {
  kind: 'folder' | 'manifest'
  /** Absolute path of the folder that path texts start from; for a manifest, the folder that it is in. */
  root: string
  /**
   * Finds all pictures, in arrays of at most 1,000, in the same order as long as nothing changes. May be called again.
   *
   * @param passedOver  counts the files of a folder that are no pictures by name.
   * @throws HemlineError for a manifest that cannot be read further, naming the line; `source_empty` at the end of a folder
   *         that has none.
   */
  images(passedOver?: PassedOver): AsyncIterable<FoundImage[]>
  /** The same folder by folder, so that one which is as it was can be passed by; a manifest has none. */
  folders?(): AsyncIterable<FoundFolder>
}

const sources = 'a folder of pictures, or a manifest: a .csv or .jsonl file with a column "image"'

/**
 * Opens a folder, or a manifest in CSV or JSON Lines. What lies there decides, not its name: a file whose first
 * character is `{` is JSON Lines.
 *
 * @throws HemlineError `source_not_found`, `source_unreadable`, `source_not_usable` (neither folder nor manifest) or
 *         `source_empty`.
 */
export async function openSource(location: string): Promise<ImageSource> {
  const path = resolve(location)
  const found = await lookAtSource(location, path)
  if (found.isDirectory()) return openFolder(location, path)
  if (!found.isFile()) throw notUsable(location, 'is neither a file nor a folder')
  if (found.size === 0) throw empty(location, 'the file has no bytes')
  const format = await manifestFormat(location, path)
  return {
    kind: 'manifest',
    root: resolve(path, '..'),
    images: () => readManifest(path, format),
  }
}

async function lookAtSource(location: string, path: string): Promise<Awaited<ReturnType<typeof stat>>> {
  try {
    return await stat(path)
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw unreadable(location, error)
    throw new HemlineError({
      code: 'source_not_found',
      message: `there is no "${location}"`,
      hint: `Name ${sources}.`,
      cause: error,
    })
  }
}

async function openFolder(location: string, path: string): Promise<ImageSource> {
  const names = await readdir(path, 'latin1').catch((error: unknown) => {
    throw unreadable(location, error)
  })
  if (names.length === 0) throw empty(location, 'the folder holds nothing')
  return {
    kind: 'folder',
    root: path,
    images: (passedOver = { files: 0 }) => notNone(walkFolder(path, passedOver), location),
    folders: () => notNone(walkFolders(path, { files: 0 }), location),
  }
}

/** The folder of a disk that is not mounted has no pictures; taking that for "all are gone" would be wrong. */
async function* notNone<T>(found: AsyncIterable<T>, location: string): AsyncGenerator<T> {
  let isNone = true
  for await (const each of found) {
    isNone = false
    yield each
  }
  if (isNone) throw empty(location, 'no file in it or below it can be one')
}

async function manifestFormat(location: string, path: string): Promise<'csv' | 'jsonl'> {
  const start = await readStart(location, path)
  if (start.includes(0)) {
    const isUtf16 = [0xfeff, 0xfffe].includes(start.readUInt16BE(0))
    throw notUsable(
      location,
      isUtf16 ? 'is text in UTF-16, not UTF-8' : 'is neither CSV nor JSON Lines',
      isUtf16 ? 'Save it again as "CSV UTF-8".' : undefined,
    )
  }
  const first = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()[0]
  if (first === '[')
    throw notUsable(location, 'is one JSON array', 'Write one object a line: jq -c ".[]" FILE > FILE.jsonl')
  return first === '{' ? 'jsonl' : 'csv'
}

async function readStart(location: string, path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(location, error)
  })
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function notUsable(location: string, why: string, hint = `Name ${sources}.`): HemlineError {
  return new HemlineError({ code: 'source_not_usable', message: `"${location}" ${why}`, hint })
}

function unreadable(location: string, cause: unknown): HemlineError {
  return new HemlineError({
    code: 'source_unreadable',
    message: `cannot read "${location}": ${systemCode(cause)}`,
    hint: 'Check that this user may read it.',
    cause,
  })
}

function empty(location: string, why: string): HemlineError {
  return new HemlineError({
    code: 'source_empty',
    message: `there are no pictures in "${location}": ${why}`,
    hint: `Put pictures there, or name another place: ${sources}.`,
  })
}
