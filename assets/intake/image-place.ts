import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fetchedPath } from './fetch-image.js'
import { realPath } from './file-facts.js'
import { fsPath, isWithin, joinRaw, type RawPath, rawOf, rawOfText } from './path-text.js'

/**
 * Where the bytes of a picture are that was found before, for `readPicture`.
 *
 * @param source   the folder or manifest, as given to `openSource`.
 * @param path     the picture's `FoundImage.path`.
 * @param fetched  the folder that `fetchImage` fills.
 * @returns        a path with its links resolved. What leads out of the source by now gives the source's folder, which
 *                 `readPicture` refuses; what is gone, or a source that is gone, gives a path where nothing is.
 */
export function placeOf(source: string, path: string, fetched: string): string | Buffer {
  if (/^https:\/\//i.test(path)) return fetchedPath(path, fetched)
  const root = rawOf(rootOf(source))
  const raw = joinRaw(root, rawOfText(path))
  try {
    const top = realPath(root)
    const real: RawPath = realPath(raw)
    return fsPath(isWithin(real, top) ? real : top)
  } catch {
    // Not there, or not readable: `readPicture` says which.
    return fsPath(raw)
  }
}

function rootOf(source: string): string {
  const path = resolve(source)
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? dirname(path) : path
}
