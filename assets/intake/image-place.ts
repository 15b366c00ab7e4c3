import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fetchedPath } from './fetch-image.js'
import { realPath } from './file-facts.js'
import { fsPath, isWithin, joinRaw, type RawPath, rawOf, rawOfText } from './path-text.js'

/**
 * Where the bytes of pictures are that were found before, for `readPicture`. The source is looked at once.
 *
 * @param source   the folder or manifest, as given to `openSource`.
 * @param fetched  the folder that `fetchImage` fills.
 * @returns        of a picture's `FoundImage.path` a path with its links resolved. What leads out of the source by now gives
 *                 the source's folder, which `readPicture` refuses; what is gone, or a source that is gone, gives a path
 *                 where nothing is.
 */
export function placesOf(source: string, fetched: string): (path: string) => string | Buffer {
  const root = rawOf(rootOf(source))
  const top = realPathOr(root, root)
  return (path) => {
    if (/^https:\/\//i.test(path)) return fetchedPath(path, fetched)
    const raw = joinRaw(root, rawOfText(path))
    const real = realPathOr(raw, undefined)
    // Not there, or not readable: `readPicture` says which.
    if (real === undefined) return fsPath(raw)
    return fsPath(isWithin(real, top) ? real : top)
  }
}

function rootOf(source: string): string {
  const path = resolve(source)
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === false ? dirname(path) : path
}

function realPathOr<T>(raw: RawPath, other: T): RawPath | T {
  try {
    return realPath(raw)
  } catch {
    return other
  }
}
