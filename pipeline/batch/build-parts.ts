import { createHash, type Hash } from 'node:crypto'
import { type Artifact, createArtifact, writeAtomically } from '../../data/artifacts.js'
import type { Db } from '../../data/database.js'
import { type PartRequest, findLastPartNumber, insertPart } from '../../data/records/parts.js'
import { TOO_LARGE } from '../../data/records/request-revival.js'
import { skipRequest } from '../../data/records/requests.js'
import { notePath } from './note-name.js'
import type { PartNote } from './part-note.js'
import { type Load, type PartLimits, add, brokenLimit, emptyLoad } from './part-limits.js'

/** One line of a tasks file, ready to be written, with its line feed, and its estimated prompt tokens. */
export type TaskLine = {
  requestId: number
  customId: string
  line: Buffer
  inputTokens: number
  imageTokens: number
}

/** A request of which no line can be made, and why. */
export type UnmadeLine = { requestId: number; reason: string; detail: string }

export type PartPlace = {
  db: Db
  recipeId: number
  /** Written beside each part, for the day on which the database is lost. */
  recipe: PartNote['recipe']
  limits: PartLimits
  /** Names the files: `<folder>/<prefix>_batch_<stamp>_<part>.jsonl`, relative to the home. */
  folder: string
  prefix: string
  pathOf(relativePath: string): string
  now: Date
  /** Told of each part that is on record while more follow. */
  handOn?(): void
}

export type BuiltParts = { parts: number; requests: number; bytes: number; tokens: number; skipped: number }

/**
 * Writes task lines into as few parts as the limits allow, in the order given, holding one line at a time. Each part is
 * on disk, whole, before its record is; a kill leaves finished parts and a temporary file that no record names.
 *
 * A line that cannot be made, or breaks a limit alone, ends as a skipped request with the reason.
 */
export async function buildParts(
  lines: AsyncIterable<TaskLine | UnmadeLine>,
  place: PartPlace,
): Promise<BuiltParts> {
  const built: BuiltParts = { parts: 0, requests: 0, bytes: 0, tokens: 0, skipped: 0 }
  const stamp = stampOf(place.now)
  let number = await findLastPartNumber(place.db, stamp)
  let part: OpenPart | undefined
  try {
    for await (const each of lines) {
      const line = checked(each, place.limits)
      if ('reason' in line) {
        await skipRequest(place.db, line.requestId, line.reason, line.detail)
        built.skipped++
        continue
      }
      const load = loadOf(line)
      if (part && brokenLimit(add(part.load, load), place.limits)) {
        part = await close(part, place, built)
        place.handOn?.()
      }
      part ??= await open(place, stamp, ++number)
      part.load = add(part.load, load)
      const { requestId: id, inputTokens, imageTokens } = line
      part.requests.push({ id, inputTokens, imageTokens })
      part.hash.update(`${line.customId}\n`)
      await part.artifact.write(line.line)
    }
    if (part) part = await close(part, place, built)
  } finally {
    await part?.artifact.discard()
  }
  return built
}

/** The line, or that it breaks a limit alone. */
function checked(line: TaskLine | UnmadeLine, limits: PartLimits): TaskLine | UnmadeLine {
  if ('reason' in line) return line
  const alone = brokenLimit(add(emptyLoad, loadOf(line)), limits)
  if (alone === undefined) return line
  return { requestId: line.requestId, reason: TOO_LARGE, detail: `The line alone has ${alone}.` }
}

function loadOf({ line, inputTokens }: TaskLine): Omit<Load, 'requests'> {
  return { bytes: line.length, tokens: inputTokens }
}

type OpenPart = {
  stamp: string
  number: number
  path: string
  artifact: Artifact
  hash: Hash
  load: Load
  requests: PartRequest[]
}

async function open(place: PartPlace, stamp: string, number: number): Promise<OpenPart> {
  const name = `${place.prefix}_batch_${stamp}_${String(number).padStart(3, '0')}.jsonl`
  const path = `${place.folder}/${name}`
  const artifact = await createArtifact(place.pathOf(path))
  return { stamp, number, path, artifact, hash: createHash('sha256'), load: emptyLoad, requests: [] }
}

async function close(part: OpenPart, place: PartPlace, built: BuiltParts): Promise<undefined> {
  const content = {
    sha256: part.hash.digest('hex'),
    bytes: part.load.bytes,
    estimated_tokens: part.load.tokens,
    created_at: place.now.toISOString(),
  }
  const note: PartNote = { recipe: place.recipe, requests: part.load.requests, ...content }
  await writeAtomically(place.pathOf(notePath(part.path)), JSON.stringify(note))
  await part.artifact.commit()
  const { stamp, number, path } = part
  await insertPart(place.db, { recipe_id: place.recipeId, stamp, number, path, ...content }, part.requests)
  built.parts++
  built.requests += part.load.requests
  built.bytes += part.load.bytes
  built.tokens += part.load.tokens
}

/** An instant as it may stand in a file name: `20261123T235900123Z`. */
function stampOf(now: Date): string {
  return now.toISOString().replace(/[-:.]/g, '')
}
