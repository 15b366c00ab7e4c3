import { createHash } from 'node:crypto'
import { access, readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Db } from '../../data/database.js'
import { readLines } from '../../data/jsonl.js'
import { type BatchRecord, getBatch } from '../../data/records/batches.js'
import { type Part, findPartNamed, getPart, insertPart } from '../../data/records/parts.js'
import {
  type NamedRequest,
  endRecoveredBatch,
  ensureNamedRequests,
  insertRecoveredBatch,
} from '../../data/records/recovery.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import { HemlineError } from '../errors.js'
import { KEY_FIELD, type ProviderBatch } from '../provider/provider.js'
import type { AnswerRules } from './answer-rules.js'
import type { BatchContext } from './batch-context.js'
import { collectBatch, downloadFile } from './collect.js'
import { parseCustomId } from './custom-id.js'
import { isBehind } from './database-behind.js'
import { notePath, partOfNote } from './note-name.js'
import { type PartNote, noteLane, readNote } from './part-note.js'
import { recordSeen } from './poll.js'
import { resultPaths } from './result-paths.js'
import { PART_FIELD, recordAsOpen } from './submit.js'

/** How a part was found again. */
export type RecoveredPart = {
  path: string
  requests: number
  /** `collected`: its answers are booked. `in_flight`: it is at the provider. `not_sent`: the next run sends it. */
  state: 'collected' | 'in_flight' | 'not_sent'
  batch: string | null
}

export type RecoveryPlace = {
  /** With the parts' files, relative to the home. */
  folder: string
  ensureRecipe(db: Db, recipe: PartNote['recipe']): Promise<number>
  rulesOf(partId: number, lane: Lane): Promise<AnswerRules>
  /** What a whole part is expected to cost, in billionths of a dollar: until it is collected, budgets count it so. */
  expectedCost(part: Part, lane: Lane): Promise<number>
}

/**
 * Records again every part whose note is in the folder and that the database, empty or older, does not know, oldest first: its requests as its lines name
 * them, its batch as the provider knows it, its answers and charges from the results files, which are downloaded where they
 * are not kept. Uploads nothing, creates nothing, pays nothing.
 *
 * @returns  the parts; empty when there are no notes.
 * @throws HemlineError `cannot_recover` when of a part neither its tasks file nor its results are left.
 */
export async function recoverParts(context: BatchContext, place: RecoveryPlace): Promise<RecoveredPart[]> {
  const names = await readdir(context.pathOf(place.folder)).catch(() => [])
  const parts = names.toSorted().flatMap((name) => partOfNote(`${place.folder}/${name}`) ?? [])
  if (parts.length === 0) return []
  const batches = await context.provider.listOurBatches(context.signal)
  const recovered: RecoveredPart[] = []
  for (const path of parts) {
    const note = await readNote(context.pathOf(notePath(path)))
    const isRecorded = (await findPartNamed(context.db, path)) !== undefined
    if (!note || (isRecorded && !(await isBehind(path, context)))) continue
    const ofPart = batches.filter(({ metadata }) => metadata[PART_FIELD] === basename(path))
    const part = await recoverPart(path, note, ofPart, context, place)
    if (part) recovered.push(part)
  }
  return recovered
}

async function recoverPart(
  path: string,
  note: PartNote,
  batches: ProviderBatch[],
  context: BatchContext,
  place: RecoveryPlace,
): Promise<RecoveredPart | undefined> {
  const { db } = context
  // Of those that failed nothing ran; at most one other is of this part.
  const seen = batches.find(({ status }) => status !== 'failed')
  const hasTasks = await exists(context.pathOf(path))
  if (!hasTasks && seen) await fetchResults(path, seen, context)
  const kept = await keptResults(path, context)
  const requests = await readRequests(path, context)
  const wasSent = seen !== undefined || kept.output || kept.error
  // A part whose tasks file is gone and that was never sent was withdrawn.
  if (!hasTasks && !wasSent) return undefined
  // Results name what was answered; what they leave out was never answered, and is asked as if it were new.
  const isWhole = hasTasks ? requests.length === note.requests : requests.length > 0
  if (!isWhole) throw cannotRecover(path, note, requests.length)
  const recipeId = await place.ensureRecipe(db, note.recipe)
  await ensureNamedRequests(db, recipeId, requests)
  // One that was in an earlier part goes on from there: what is pending by now gets one more attempt.
  const known = await findPartNamed(db, path)
  const partId = known?.id ?? (await insertPart(db, partRecord(path, note, recipeId), requests))
  if (!wasSent) {
    if (note.lane === 'batch') await noteLane(context.pathOf(notePath(path)), undefined)
    return { path, requests: requests.length, state: 'not_sent', batch: null }
  }

  const found = { seen, kept, hasTasks }
  const batch = await recoverBatch(await getPart(db, partId), note, found, context, place)
  const isOver = batch.state === 'ended'
  if (isOver) await collectBatch(batch, await place.rulesOf(partId, batch.lane), context)
  const state = isOver ? 'collected' : 'in_flight'
  return { path, requests: requests.length, state, batch: batch.provider_batch_id }
}

/** Records the batch of a part that was sent, as far as it came. */
async function recoverBatch(
  part: Part,
  note: PartNote,
  found: { seen: ProviderBatch | undefined; kept: KeptResults; hasTasks: boolean },
  context: BatchContext,
  place: RecoveryPlace,
): Promise<BatchRecord> {
  const { db } = context
  const { seen, kept, hasTasks } = found
  const lane = note.lane ?? 'batch'
  const batchId = await insertRecoveredBatch(db, {
    partId: part.id,
    accountId: context.accountId,
    key: seen?.metadata[KEY_FIELD] ?? createHash('sha256').update(part.path).digest('hex').slice(0, 32),
    inputFileId: seen?.inputFileId ?? null,
    intendedAt: new Date(note.created_at),
    lane,
    estimatedCost: hasTasks ? await place.expectedCost(part, lane) : null,
  })
  const asOpened = seen ?? forgotten(part.path, note)
  await recordAsOpen(part, await getBatch(db, batchId), asOpened, 'batch.adopted', context)
  if (seen) await recordSeen(await getBatch(db, batchId), seen, 0, context)
  else await endRecoveredBatch(db, batchId, kept, context.clock.now())
  return getBatch(db, batchId)
}

function partRecord(path: string, note: PartNote, recipeId: number) {
  const [, stamp, number] = /_batch_([^_]+)_(\d+)\.jsonl$/.exec(path)!
  const { bytes, sha256, estimated_tokens, created_at } = note
  return {
    ...{ recipe_id: recipeId, stamp: stamp!, number: Number(number), path },
    ...{ sha256, bytes, estimated_tokens, created_at },
  }
}

/** A batch that the provider does not list any more, of which results files are kept. */
function forgotten(path: string, note: PartNote): ProviderBatch {
  return {
    id: `recovered:${basename(path)}`,
    status: 'completed',
    inputFileId: '',
    outputFileId: null,
    errorFileId: null,
    createdAt: new Date(note.created_at),
    expiresAt: null,
    counts: { total: note.requests, completed: 0, failed: 0 },
    errors: [],
    metadata: {},
    usage: null,
  }
}

/** Where the tasks file was cleaned away, only the results say which requests a part had. */
async function fetchResults(path: string, seen: ProviderBatch, context: BatchContext): Promise<void> {
  const paths = resultPaths(path)
  const files = [
    { id: seen.outputFileId, to: context.pathOf(paths.output) },
    { id: seen.errorFileId, to: context.pathOf(paths.error) },
  ]
  for (const { id, to } of files) if (id !== null && !(await exists(to))) await downloadFile(id, to, context)
}

type KeptResults = { output: boolean; error: boolean }

async function keptResults(path: string, context: BatchContext): Promise<KeptResults> {
  const paths = resultPaths(path)
  return {
    output: await exists(context.pathOf(paths.output)),
    error: await exists(context.pathOf(paths.error)),
  }
}

/** The requests of a part, by the ids that its lines carry; its results name them where its tasks file was cleaned away. */
async function readRequests(path: string, context: BatchContext): Promise<NamedRequest[]> {
  const results = resultPaths(path)
  const files = (await exists(context.pathOf(path))) ? [path] : [results.output, results.error]
  const requests = new Map<number, NamedRequest>()
  for (const file of files) {
    if (!(await exists(context.pathOf(file)))) continue
    for await (const { line } of readLines(context.pathOf(file), { maxBytes: 64 * 1024 * 1024 })) {
      const request = parseCustomId(customIdOf(line))
      if (request) requests.set(request.id, request)
    }
  }
  return [...requests.values()].toSorted((a, b) => a.id - b.id)
}

function customIdOf(line: Buffer): unknown {
  try {
    return (JSON.parse(line.toString('utf8')) as { custom_id?: unknown }).custom_id
  } catch {
    return undefined
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function cannotRecover(path: string, note: PartNote, found: number): HemlineError {
  return new HemlineError({
    code: 'cannot_recover',
    message: `"${path}" had ${note.requests} requests, of which its files name ${found}`,
    hint: 'Put its tasks file back from a backup. Nothing was changed.',
  })
}
