import { createHash } from 'node:crypto'
import { isRefusal } from './file-facts.js'
import type { FoundImage, Refusal } from './found-image.js'
import { compareNaturally } from './natural-order.js'
import { fsPath, joinRaw, pathText, type RawPath } from './path-text.js'
import { type NamedPicture, namePosts } from './post-naming.js'

/** A folder of the tree, listed. */
export type FoundFolder = {
  /** Path text relative to the top folder; `''` for that. */
  path: string
  /** Pictures in it, and what it does not enter. */
  count: number
  /** Over everything that `images` would give: equal digests of one path mean equal images. */
  digest(): string
  /** As of `walkFolder`. */
  images(): Generator<FoundImage[]>
}

/** The most pictures in one array. */
export const chunkSize = 1000

/** Where a folder is, as it was come to. */
export type Folder = {
  /** Path text relative to the top folder; `''` for that. */
  text: string
  real: RawPath
  /** The real folders in which links were followed on the way here. */
  trail: readonly RawPath[]
}

/** A folder in another by its name alone, because thousands may wait for their turn; one that is entered by a link as a whole. */
export type SubFolder = RawPath | ({ name: RawPath } & Pick<Folder, 'real' | 'trail'>)

/** What a folder holds. */
export type Listing = {
  /** Candidates, as the folder lists them. */
  names: RawPath[]
  /** Size, both times and inode of candidate i from 4i on: for a folder of 800,000 files that takes 26 MB. */
  stats: BigUint64Array
  /** Of candidates that are links, the target; of those that cannot be used, why. */
  exceptions: Map<number, { target: RawPath } | Refusal>
  subFolders: SubFolder[]
  /** Folders, and links to folders, that are not entered. */
  refused: FoundImage[]
}

/** Goes up when the same listing would give other images: other posts, positions or refusals. */
const IMAGES_VERSION = '1'

/** As of `FoundFolder`. */
export function digestOf({ real }: Folder, { names, stats, exceptions, refused }: Listing): string {
  const hash = createHash('sha256')
  const others = [IMAGES_VERSION, real, [...exceptions], refused.map(({ path, refused: why }) => [path, why])]
  hash.update(JSON.stringify(others)).update(names.join('/'), 'latin1')
  return hash.update(stats.subarray(0, 4 * names.length)).digest('base64')
}

/** As of `FoundFolder`: what is not entered, then the pictures. */
export function* imagesOf(folder: Folder, listing: Listing): Generator<FoundImage[]> {
  if (listing.refused.length > 0) yield listing.refused
  yield* picturesOf(folder, listing)
}

/** Cuts a folder's pictures into arrays, between posts where a post fits. */
function* picturesOf(folder: Folder, listing: Listing): Generator<FoundImage[]> {
  const named = namePosts(folder.text, listing.names.map(pathText))
  const order = orderOf(listing.names, named)
  for (let start = 0; start < order.length;) {
    const end = cutAfter(order, named, start)
    yield Array.from(order.subarray(start, end), (index) => foundImage(folder, listing, named, index))
    start = end
  }
}

function orderOf(names: readonly RawPath[], named: readonly NamedPicture[]): Uint32Array {
  return Uint32Array.from(names.keys()).sort((a, b) => {
    const left = named[a] as NamedPicture
    const right = named[b] as NamedPicture
    return (
      compareNaturally(left.post, right.post) ||
      left.position - right.position ||
      compareNaturally(names[a] as RawPath, names[b] as RawPath)
    )
  })
}

function cutAfter(order: Uint32Array, named: readonly NamedPicture[], start: number): number {
  const full = start + chunkSize
  if (full >= order.length) return order.length
  const postAt = (at: number): string => (named[order[at] as number] as NamedPicture).post
  for (let end = full; end > start; end--) if (postAt(end - 1) !== postAt(end)) return end
  return full
}

function foundImage(
  folder: Folder,
  listing: Listing,
  named: readonly NamedPicture[],
  index: number,
): FoundImage {
  const name = listing.names[index] as RawPath
  const exception = listing.exceptions.get(index)
  const real = exception && 'target' in exception ? exception.target : joinRaw(folder.real, name)
  const image: FoundImage = {
    path: below(folder, pathText(name)),
    ...(named[index] as NamedPicture),
    columns: {},
    place: { kind: 'file', absolute: fsPath(real) },
  }
  if (exception && isRefusal(exception)) return { ...image, refused: exception }
  image.stat = {
    bytes: Number(listing.stats[4 * index]),
    mtimeNs: String(listing.stats[4 * index + 1]),
    ctimeNs: String(listing.stats[4 * index + 2]),
    inode: String(listing.stats[4 * index + 3]),
  }
  return image
}

/** The path text of a name in a folder. */
export function below(folder: Folder, text: string): string {
  return folder.text === '' ? text : `${folder.text}/${text}`
}
