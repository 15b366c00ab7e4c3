import { dirname, posix } from 'node:path'
import { HemlineError } from '../../pipeline/errors.js'
import {
  type Followed,
  fileStatOf,
  followLink,
  isRefusal,
  lookAt,
  realPath,
  refusalOf,
  systemCode,
} from './file-facts.js'
import type { FileStat, FoundImage, ImagePlace, Refusal } from './found-image.js'
import { invalidRow, type ManifestRow, manifestRows } from './manifest-rows.js'
import { fsPath, isWithin, joinRaw, pathText, type RawPath, rawOf, rawOfText } from './path-text.js'
import { namePath } from './post-naming.js'
import { chunkSize } from './found-folder.js'

/**
 * Finds the pictures that a manifest names, in the order of its rows, without opening or fetching one.
 *
 * - `image` is a path relative to the manifest's folder (or an absolute one inside it), or an https URL. A name that is
 *   not UTF-8 is written as Hemline shows it, `\xHH` for a byte.
 * - `post_id` empty or absent: the post that the path means by the rule of `post-naming.ts`; for a URL, the URL itself.
 * - `position` empty or absent: the order of the rows of that post, which must then stand together.
 *
 * @returns arrays of at most 1,000, cut between posts where that is possible.
 * @throws HemlineError `manifest_row_invalid` for a position that is no whole number from 1, an empty `image`, or an
 *         image named twice in rows of one post that stand together; `source_empty` when there is no row; and what
 *         `manifestRows` throws.
 */
export async function* readManifest(path: string, format: 'csv' | 'jsonl'): AsyncGenerator<FoundImage[]> {
  const folder = new ManifestFolder(dirname(path))
  const chunk: FoundImage[] = []
  let run: PostRun | undefined
  for await (const row of manifestRows(path, format)) {
    if (row.image.trim() === '')
      throw invalidRow(path, row.line, 'the row names no image', 'Write its path or URL, or delete the row.')
    const image = folder.find(row.image)
    const { post, number } = postOf(row, image.path, image.place)
    if (run?.post !== post) {
      run = { post, count: 0, lines: new Map() }
      if (chunk.length >= chunkSize / 2) yield chunk.splice(0)
    }
    refuseRepeated(path, row, image.path, run)
    const position = positionOf(path, row) ?? number ?? run.count
    chunk.push({ ...image, post, position, columns: row.columns })
    if (chunk.length === chunkSize) yield chunk.splice(0)
  }
  if (run === undefined) throw emptyManifest(path)
  if (chunk.length > 0) yield chunk
}

/** Rows of one post that follow each other. */
type PostRun = { post: string; count: number; lines: Map<string, number> }

function refuseRepeated(path: string, { line, image }: ManifestRow, identity: string, run: PostRun): void {
  run.count++
  const first = run.lines.get(identity)
  if (first !== undefined)
    throw invalidRow(
      path,
      line,
      `the image "${image}" is in the post "${run.post}" already, on line ${first}`,
      'Delete one of the two rows.',
    )
  run.lines.set(identity, line)
}

function postOf(
  row: ManifestRow,
  identity: string,
  place: ImagePlace,
): { post: string; number: number | undefined } {
  if (row.postId !== '') return { post: row.postId, number: undefined }
  return place.kind === 'url' ? { post: place.url, number: undefined } : namePath(identity)
}

function positionOf(path: string, { line, position }: ManifestRow): number | undefined {
  if (position === '') return undefined
  if (/^[1-9]\d{0,8}$/.test(position)) return Number(position)
  throw invalidRow(
    path,
    line,
    `expected position to be a whole number from 1, got "${position}"`,
    'Correct it, or leave it empty to take the order of the rows.',
  )
}

type NamedImage = Pick<FoundImage, 'path' | 'place' | 'stat' | 'refused'>

const scheme = /^(?:[a-z][a-z0-9+.-]*:\/\/|data:)/i

/** Finds what a manifest's paths mean. Remembers the last folder it resolved: rows of a post mostly share one. */
class ManifestFolder {
  readonly #given: RawPath
  readonly #real: RawPath
  #lastFolder: RawPath | undefined
  #lastReal: RawPath | Refusal = ''

  constructor(folder: string) {
    this.#given = rawOf(folder)
    this.#real = realPath(this.#given)
  }

  find(image: string): NamedImage {
    if (scheme.test(image)) return urlImage(image)
    const literal = this.#findPath(rawOf(image))
    if (literal.refused?.reason !== 'missing' || !image.includes('\\')) return literal
    const written = this.#findPath(rawOfText(image))
    return written.refused?.reason === 'missing' ? literal : written
  }

  #findPath(raw: RawPath): NamedImage {
    const relative = posix.relative(this.#given, posix.resolve(this.#given, raw))
    if (relative === '..' || relative.startsWith('../'))
      return refusedImage(pathText(raw), raw, {
        reason: 'link_outside',
        detail: 'a path out of the manifest’s folder',
      })
    const text = pathText(relative)
    const found = this.#lookInside(relative)
    if ('reason' in found) return refusedImage(text, joinRaw(this.#real, relative), found)
    return { path: text, place: { kind: 'file', absolute: fsPath(found.real) }, stat: found.stat }
  }

  #lookInside(relative: RawPath): { real: RawPath; stat: FileStat } | Refusal {
    const folder = this.#realFolder(posix.dirname(relative))
    if (typeof folder !== 'string') return folder
    let real = joinRaw(folder, posix.basename(relative))
    let found = lookAt(real)
    if (found === undefined)
      return { reason: 'missing', detail: 'the manifest names it, but nothing is there' }
    if (isRefusal(found)) return found
    if (found.isSymbolicLink()) {
      const followed: Followed = followLink(real, this.#real)
      if ('refused' in followed) return followed.refused
      real = followed.target
      found = followed.found
    }
    const stat = fileStatOf(found)
    return isRefusal(stat) ? stat : { real, stat }
  }

  #realFolder(folder: RawPath): RawPath | Refusal {
    if (folder === this.#lastFolder) return this.#lastReal
    this.#lastFolder = folder
    this.#lastReal = this.#resolveFolder(folder)
    return this.#lastReal
  }

  #resolveFolder(folder: RawPath): RawPath | Refusal {
    try {
      const real = realPath(joinRaw(this.#real, folder))
      if (isWithin(real, this.#real)) return real
      return { reason: 'link_outside', detail: `its folder is a link to "${pathText(real)}", outside` }
    } catch (error) {
      const code = systemCode(error)
      if (code === 'ENOENT' || code === 'ENOTDIR')
        return {
          reason: 'missing',
          detail: `the manifest names it, but there is no folder "${pathText(folder)}"`,
        }
      return code === 'ELOOP'
        ? { reason: 'link_loop', detail: 'its folder is a link to itself' }
        : refusalOf(error)
    }
  }
}

function urlImage(image: string): NamedImage {
  const named: NamedImage = { path: image, place: { kind: 'url', url: image } }
  const isValid = URL.canParse(image)
  if (isValid && new URL(image).protocol === 'https:') return named
  const detail = isValid ? 'only https URLs are fetched' : 'not a valid URL'
  return { ...named, refused: { reason: 'not_https', detail } }
}

function refusedImage(path: string, real: RawPath, refused: Refusal): NamedImage {
  return { path, place: { kind: 'file', absolute: fsPath(real) }, refused }
}

function emptyManifest(path: string): HemlineError {
  return new HemlineError({
    code: 'source_empty',
    message: `the manifest "${path}" has a header and no row`,
    hint: 'Write one row a picture.',
  })
}
