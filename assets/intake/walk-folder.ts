import { type BigIntStats, readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { HemlineError } from '../../pipeline/errors.js'
import { fileStatOf, followLink, isRefusal, lookAt, realPath, refusalOf, systemCode } from './file-facts.js'
import { isHidden, kindOfName } from './file-names.js'
import type { FoundImage, Refusal } from './found-image.js'
import { compareNaturally } from './natural-order.js'
import { fsPath, isWithin, joinRaw, pathText, type RawPath, rawOf } from './path-text.js'
import { type NamedPicture, namePosts } from './post-naming.js'

/** The most pictures in one array. */
export const chunkSize = 1000

/** What a walk passed over without a word: hidden and system files, and companions such as captions and videos. */
export type PassedOver = { files: number }

/**
 * Finds the pictures of a folder tree without opening one. Nothing is written; hidden and system files and companions
 * are only counted, in `passedOver`. What cannot be used is found too, with `refused`.
 *
 * Links are followed when they stay inside: to a file always, to a folder once, however many links lead to it.
 *
 * @returns one array a folder, in natural order of posts and positions; a folder of more than 1,000 pictures comes in
 *          several, cut between posts where that is possible. A folder comes before its sub-folders. A folder without
 *          pictures gives no array.
 * @throws HemlineError `folder_unreadable` when the top folder itself cannot be listed.
 */
export async function* walkFolder(root: string, passedOver: PassedOver): AsyncGenerator<FoundImage[]> {
  const top = realTop(root)
  const walk: Walk = { top, followed: new Set(), passedOver }
  const waiting: Folder[] = [{ text: '', real: top, trail: [] }]
  for (let folder = waiting.pop(); folder; folder = waiting.pop()) {
    const listing = await listFolder(walk, folder)
    if (listing.refused.length > 0) yield listing.refused
    yield* picturesOf(folder, listing)
    for (const subFolder of listing.subFolders.toReversed()) waiting.push(subFolder)
    // The calls above are synchronous; other work gets its turn here.
    await nextTurn()
  }
}

type Walk = {
  top: RawPath
  /** Real paths of the folders that a link led to. */
  followed: Set<RawPath>
  passedOver: PassedOver
}

type Folder = {
  /** Path text relative to the top folder; `''` for that. */
  text: string
  real: RawPath
  /** The real folders in which links were followed on the way here. */
  trail: readonly RawPath[]
}

type Entry = { folder: Folder; name: RawPath; text: string; real: RawPath }

type Listing = {
  /** Candidates, as the folder lists them. */
  names: RawPath[]
  /** Size, both times and inode of candidate i from 4i on: for a folder of 800,000 files that takes 26 MB. */
  stats: BigUint64Array
  /** Of candidates that are links, the target; of those that cannot be used, why. */
  exceptions: Map<number, { target: RawPath } | Refusal>
  subFolders: Folder[]
  /** Folders, and links to folders, that are not entered. */
  refused: FoundImage[]
}

function realTop(root: string): RawPath {
  try {
    return realPath(rawOf(root))
  } catch (error) {
    throw unreadableTop(root, error)
  }
}

async function listFolder(walk: Walk, folder: Folder): Promise<Listing> {
  const refused: FoundImage[] = []
  const names = readNames(folder, refused)
  const stats = new BigUint64Array(4 * names.length)
  const listing: Listing = { names: [], stats, exceptions: new Map(), subFolders: [], refused }
  for (let index = 0; index < names.length; index++) {
    listEntry(walk, folder, names[index] as RawPath, listing)
    if (index % chunkSize === chunkSize - 1) await nextTurn()
  }
  listing.subFolders.sort((a, b) => compareNaturally(a.text, b.text))
  refused.sort((a, b) => compareNaturally(a.path, b.path))
  return listing
}

function readNames(folder: Folder, refused: FoundImage[]): RawPath[] {
  try {
    return readdirSync(fsPath(folder.real), 'latin1')
  } catch (error) {
    if (folder.text === '') throw unreadableTop(pathText(folder.real), error)
    refused.push(refusedFolder(folder, refusalOf(error)))
    return []
  }
}

function listEntry(walk: Walk, folder: Folder, name: RawPath, listing: Listing): void {
  const text = pathText(name)
  const real = joinRaw(folder.real, name)
  if (isHidden(text)) return countPassedOver(walk)
  const found = lookAt(real)
  if (found === undefined) return // gone since the folder was listed
  const entry = { folder, name, text: below(folder, text), real }
  if (isRefusal(found)) addCandidate(walk, entry, found, listing)
  else if (found.isDirectory()) listing.subFolders.push({ text: entry.text, real, trail: folder.trail })
  else if (found.isSymbolicLink()) listLink(walk, entry, listing)
  else addCandidate(walk, entry, found, listing)
}

function listLink(walk: Walk, entry: Entry, listing: Listing): void {
  const followed = followLink(entry.real, walk.top)
  if ('refused' in followed) {
    if (followed.isFolder) listing.refused.push(refusedFolder(entry, followed.refused))
    else addCandidate(walk, entry, followed.refused, listing)
  } else if (followed.isFolder) {
    listFolderLink(walk, entry, followed.target, listing)
  } else {
    addCandidate(walk, entry, followed.found, listing, followed.target)
  }
}

/** Folders that link to each other's insides have endlessly many paths; entering each by one link keeps them few. */
function listFolderLink(walk: Walk, entry: Entry, target: RawPath, listing: Listing): void {
  const trail = [...entry.folder.trail, entry.folder.real]
  const refuse = (refusal: Refusal): unknown => listing.refused.push(refusedFolder(entry, refusal))
  if (trail.some((passed) => isWithin(passed, target)))
    refuse({ reason: 'link_loop', detail: 'a link to a folder that this link is in' })
  else if (walk.followed.has(target))
    refuse({ reason: 'link_repeated', detail: 'another link already leads to this folder' })
  else listing.subFolders.push({ text: entry.text, real: target, trail })
  walk.followed.add(target)
}

function addCandidate(
  walk: Walk,
  { name }: Entry,
  found: BigIntStats | Refusal,
  listing: Listing,
  target?: RawPath,
): void {
  if (kindOfName(pathText(name)) !== 'candidate') return countPassedOver(walk)
  const index = listing.names.push(name) - 1
  if (isRefusal(found)) {
    listing.exceptions.set(index, found)
    return
  }
  const stat = fileStatOf(found)
  if (isRefusal(stat)) {
    listing.exceptions.set(index, stat)
    return
  }
  listing.stats[4 * index] = found.size
  listing.stats[4 * index + 1] = found.mtimeNs
  listing.stats[4 * index + 2] = found.ctimeNs
  listing.stats[4 * index + 3] = found.ino
  if (target !== undefined) listing.exceptions.set(index, { target })
}

/** Cuts a folder's pictures into arrays, between posts where a post fits. */
async function* picturesOf(folder: Folder, listing: Listing): AsyncGenerator<FoundImage[]> {
  const named = namePosts(folder.text, listing.names.map(pathText))
  const order = orderOf(listing.names, named)
  for (let start = 0; start < order.length;) {
    const end = cutAfter(order, named, start)
    yield Array.from(order.subarray(start, end), (index) => foundImage(folder, listing, named, index))
    start = end
    if (start < order.length) await nextTurn()
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

/** A folder that is not entered stands for the post that it would have been. */
function refusedFolder({ text, real }: { text: string; real: RawPath }, refused: Refusal): FoundImage {
  return {
    path: text,
    post: text,
    position: 1,
    columns: {},
    place: { kind: 'file', absolute: fsPath(real) },
    refused,
  }
}

function below(folder: Folder, text: string): string {
  return folder.text === '' ? text : `${folder.text}/${text}`
}

function countPassedOver({ passedOver }: Walk): void {
  passedOver.files++
}

function unreadableTop(folder: string, cause: unknown): HemlineError {
  return new HemlineError({
    code: 'folder_unreadable',
    message: `cannot list the folder "${folder}": ${systemCode(cause)}`,
    hint: 'Check that the folder exists and that this user may read it.',
    cause,
  })
}
