import { type BigIntStats, readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DATABASE_FILE, HOME_FOLDERS } from '../../data/home.js'
import { HemlineError } from '../../pipeline/errors.js'
import { followLink, isRefusal, lookAt, notAFile, realPath, refusalOf, systemCode } from './file-facts.js'
import { type NameKind, kindOfName } from './file-names.js'
import {
  type Folder,
  type FoundFolder,
  type Listing,
  type SubFolder,
  below,
  chunkSize,
  digestOf,
  imagesOf,
} from './found-folder.js'
import type { FoundImage, Refusal } from './found-image.js'
import { compareNaturally } from './natural-order.js'
import { fsPath, isWithin, joinRaw, pathText, type RawPath, rawOf } from './path-text.js'

/**
 * What a walk passed over without a word: hidden and system files, companions such as captions and videos, and the folders that
 * a home keeps its own copies in, wherever among the pictures it is: they would be asked about, and copied, again and again.
 */
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
  for await (const folder of walkFolders(root, passedOver)) {
    for (const images of folder.images()) {
      yield images
      await nextTurn()
    }
  }
}

/** The folders of a tree that hold pictures, each as a whole; what is in them is named only when it is asked for. */
export async function* walkFolders(root: string, passedOver: PassedOver): AsyncGenerator<FoundFolder> {
  const top = realTop(root)
  const walk: Walk = { top, followed: new Set(), entries: 0, passedOver }
  const waiting: Level[] = []
  for (let folder: Folder | undefined = topFolder(top); folder; folder = nextFolder(waiting)) {
    const listing = await listFolder(walk, folder)
    const count = listing.names.length + listing.refused.length
    let digest: string | undefined
    if (count > 0) {
      yield {
        // Not spread: measured, V8 (11.3) keeps what such a literal holds until a full collection, here all listings.
        path: folder.text,
        count,
        digest: () => (digest ??= digestOf(folder, listing)),
        images: () => imagesOf(folder, listing),
      }
    }
    waiting.push({ parent: folder, left: listing.subFolders.toReversed() })
  }
}

type Walk = {
  top: RawPath
  /** Real paths of the folders that a link led to. */
  followed: Set<RawPath>
  /** How many names were looked at. */
  entries: number
  passedOver: PassedOver
}

/** The sub-folders of a folder that were not entered yet, the next one last. */
type Level = { parent: Folder; left: SubFolder[] }

type Entry = { folder: Folder; name: RawPath; kind: NameKind; text: string; real: RawPath }

function realTop(root: string): RawPath {
  try {
    return realPath(rawOf(root))
  } catch (error) {
    throw unreadableTop(root, error)
  }
}

function topFolder(top: RawPath): Folder {
  return { text: '', real: top, trail: [] }
}

/** Takes the next one from the lowest level that has any left; undefined after the last. */
function nextFolder(waiting: Level[]): Folder | undefined {
  for (let level = waiting.at(-1); level; level = waiting.at(-1)) {
    const next = level.left.pop()
    if (next !== undefined) return folderOf(level.parent, next)
    waiting.pop()
  }
  return undefined
}

function folderOf(parent: Folder, subFolder: SubFolder): Folder {
  const text = below(parent, nameOf(subFolder))
  if (typeof subFolder !== 'string') return { text, real: subFolder.real, trail: subFolder.trail }
  return { text, real: joinRaw(parent.real, subFolder), trail: parent.trail }
}

async function listFolder(walk: Walk, folder: Folder): Promise<Listing> {
  const refused: FoundImage[] = []
  const names = readNames(folder, refused)
  const stats = new BigUint64Array(4 * names.length)
  const listing: Listing = { names: [], stats, exceptions: new Map(), subFolders: [], refused }
  const passedBy = names.includes(DATABASE_FILE) ? HOME_FOLDERS : []
  for (const name of names) {
    if (passedBy.includes(name)) countPassedOver(walk)
    else listEntry(walk, folder, name, listing)
    // The calls are synchronous; other work gets its turn here.
    if (++walk.entries % chunkSize === 0) await nextTurn()
  }
  listing.subFolders.sort((a, b) => compareNaturally(nameOf(a), nameOf(b)))
  refused.sort((a, b) => compareNaturally(a.path, b.path))
  return listing
}

function nameOf(subFolder: SubFolder): string {
  return pathText(typeof subFolder === 'string' ? subFolder : subFolder.name)
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
  const kind = kindOfName(text)
  if (kind === 'hidden') return countPassedOver(walk)
  const real = joinRaw(folder.real, name)
  const found = lookAt(real)
  if (found === undefined) return // gone since the folder was listed
  const entry = { folder, name, kind, text: below(folder, text), real }
  if (isRefusal(found)) addCandidate(walk, entry, found, listing)
  else if (found.isDirectory()) listing.subFolders.push(name)
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
  else listing.subFolders.push({ name: entry.name, real: target, trail })
  walk.followed.add(target)
}

function addCandidate(
  walk: Walk,
  { name, kind }: Entry,
  found: BigIntStats | Refusal,
  listing: Listing,
  target?: RawPath,
): void {
  if (kind !== 'candidate') return countPassedOver(walk)
  const index = listing.names.push(name) - 1
  if (isRefusal(found)) {
    listing.exceptions.set(index, found)
    return
  }
  if (!found.isFile()) {
    listing.exceptions.set(index, notAFile(found))
    return
  }
  listing.stats[4 * index] = found.size
  listing.stats[4 * index + 1] = found.mtimeNs
  listing.stats[4 * index + 2] = found.ctimeNs
  listing.stats[4 * index + 3] = found.ino
  if (target !== undefined) listing.exceptions.set(index, { target })
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
