import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { type BatchRecord, findBatchesOfPart, getBatch } from '../../data/records/batches.js'
import {
  holdBatch,
  insertIntent,
  recordCreateRefused,
  recordCreateSent,
  recordDoubt,
  recordMissed,
  recordOpen,
  recordUpload,
} from '../../data/records/batch-submission.js'
import { rejectBatch } from '../../data/records/batch-progress.js'
import type { Part } from '../../data/records/parts.js'
import { liveBatchStates } from '../../data/schema/batch-tables.js'
import { KEY_FIELD, type ProviderBatch, ProviderError } from '../provider/provider.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { refuseSentPart } from './database-behind.js'
import { notePath } from './note-name.js'
import { withdrawDamaged } from './part-file.js'
import { noteLane } from './part-note.js'
import { learnWindow } from './window.js'

/** The metadata field that names the part's file, so that a part finds its batch when the database is lost. */
export const PART_FIELD = 'hemline_part'

const LOOK_INTERVAL_MS = 10_000
const SHORTEST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 5 * 60_000
/** When to send the same file again after the provider rejected a batch that it accepted before. */
const PAUSES_AFTER_REJECTION_MS = [30_000, 60_000, 120_000, 300_000]

/**
 * `open`: the batch is at the provider. `later`: nothing more to do before the instant. `held`: a person decides.
 * `withdrawn`: its file is not what was written, so its requests wait for another one.
 */
export type Submission =
  | { kind: 'open' }
  | { kind: 'withdrawn' }
  | { kind: 'later'; at: Date; because: string }
  | { kind: 'held'; because: string }

/**
 * Sends a built part once, going on from wherever an earlier try ended, in this process or in one that was killed:
 *
 * 1. the intent is written down, with the key that file name and metadata will carry;
 * 2. the file is uploaded, or found by that name if an earlier upload got through;
 * 3. that the create call is sent is written down, then it is sent;
 * 4. the batch is recorded as open.
 *
 * If the process died between 3 and 4, or the answer was lost, the batch may exist: it is looked for by its key, adopted
 * when found, and created anew only once two looks, the provider's `listLagMs` apart, did not find it.
 *
 * @param expectedNanoUsd  what the batch is expected to cost, for the record.
 * @throws ProviderError when the provider refuses for good; the intent ends, and the next run begins anew.
 * @throws HemlineError `other_account` when an earlier try was made with another account, `database_behind` when the part was
 *   sent and the database is too old to know.
 */
export async function submitPart(
  part: Part,
  context: BatchContext,
  expectedNanoUsd?: number,
): Promise<Submission> {
  const earlier = await findBatchesOfPart(context.db, part.id)
  const live = earlier.find(({ state }) => (liveBatchStates as readonly string[]).includes(state))
  if (live) return continueSubmission(part, live, context)
  await refuseSentPart(part.path, context)

  // Of those that were refused before they existed nothing is left to wait for, or to use again.
  const rejected = earlier.filter((batch) => batch.state === 'rejected' && batch.provider_batch_id !== null)
  const notBefore = pauseAfter(rejected, context.clock.now())
  if (notBefore > context.clock.now()) {
    return { kind: 'later', at: notBefore, because: rejected.at(-1)?.because ?? 'the last try was rejected' }
  }
  const wasRefused = earlier.at(-1)?.state === 'rejected' && earlier.at(-1)?.provider_batch_id === null
  const uploads = wasRefused ? [] : rejected
  return continueSubmission(part, await writeIntent(part, uploads, expectedNanoUsd, context), context)
}

/** The file of a rejected batch is used again; it is uploaded anew after the last pause, and after a refused creation. */
function writeIntent(
  part: Part,
  rejected: BatchRecord[],
  expectedNanoUsd: number | undefined,
  context: BatchContext,
): Promise<BatchRecord> {
  const uploads = rejected.filter((batch) => batch.account_id === context.accountId)
  const isWornOut = uploads.length % (PAUSES_AFTER_REJECTION_MS.length + 1) === 0
  const now = context.clock.now().toISOString()
  return insertIntent(context.db, {
    part_id: part.id,
    account_id: context.accountId,
    key: keyOf(part, context.accountId, now),
    intended_at: now,
    input_file_id: isWornOut ? null : (uploads.at(-1)?.input_file_id ?? null),
    estimated_cost_nano_usd: expectedNanoUsd ?? null,
  })
}

function keyOf(part: Part, accountId: number, intendedAt: string): string {
  const parts = JSON.stringify([part.sha256, accountId, intendedAt])
  return createHash('sha256').update(parts).digest('hex').slice(0, 32)
}

function pauseAfter(rejected: BatchRecord[], now: Date): Date {
  const last = rejected.at(-1)
  // One that ended in what is the future by now was written by a clock that was ahead.
  if (!last?.ended_at || Date.parse(last.ended_at) > now.getTime()) return new Date(0)
  const pause = PAUSES_AFTER_REJECTION_MS[Math.min(rejected.length, PAUSES_AFTER_REJECTION_MS.length) - 1]!
  return new Date(Date.parse(last.ended_at) + pause)
}

async function continueSubmission(
  part: Part,
  batch: BatchRecord,
  context: BatchContext,
): Promise<Submission> {
  await assertSameAccount(context, batch)
  switch (batch.state) {
    case 'intended':
      return uploadThenCreate(part, batch, context)
    case 'uploaded':
      return batch.create_sent_at ? resolveDoubt(part, batch, context) : create(part, batch, context)
    case 'held':
      // Whatever kept the look from an answer may be mended by now.
      return resolveDoubt(part, batch, context)
    default:
      return { kind: 'open' }
  }
}

async function uploadThenCreate(part: Part, batch: BatchRecord, context: BatchContext): Promise<Submission> {
  const { db, provider, signal } = context
  const fileName = uploadName(part, batch)
  try {
    const since = new Date(batch.intended_at)
    const found = await provider.findUpload({ fileName, bytes: part.bytes, since }, signal)
    if (!found && (await withdrawDamaged(part, batch, context))) return { kind: 'withdrawn' }
    if (!found) context.notify({ kind: 'batch.uploading', part: part.path, bytes: part.bytes })
    const fileId = found ?? (await provider.upload(context.pathOf(part.path), fileName, signal))
    await recordUpload(db, batch.id, fileId)
  } catch (error) {
    return tryLater(part, batch, error, context)
  }
  return create(part, await getBatch(db, batch.id), context)
}

/** Carries the key, so that an upload whose answer was lost is found again. */
export function uploadName(part: Part, batch: BatchRecord): string {
  return `${basename(part.path, '.jsonl')}_${batch.key}.jsonl`
}

async function create(part: Part, batch: BatchRecord, context: BatchContext): Promise<Submission> {
  const { db, provider, clock, signal } = context
  await noteLane(context.pathOf(notePath(part.path)), 'batch')
  await recordCreateSent(db, batch, clock.now())
  const metadata = { [KEY_FIELD]: batch.key, [PART_FIELD]: basename(part.path) }
  try {
    const made = await provider.createBatch({ inputFileId: batch.input_file_id!, metadata }, signal)
    return await recordAsOpen(part, batch, made, 'batch.submitted', context)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.acted === 'maybe')
      return doubt(part, batch, error, context)
    await recordCreateRefused(db, batch.id, error.message)
    // Some say it at once (HTTP 429), others only when they validate.
    if (error.code === 'provider_rate_limited') await learnWindow(part.id, error.message, context)
    return tryLater(part, batch, error, context)
  }
}

/** The answer to a create call is lost. Whatever ended it, the next look decides; an abort ends this process's part. */
async function doubt(
  part: Part,
  batch: BatchRecord,
  error: unknown,
  context: BatchContext,
): Promise<Submission> {
  if (!(error instanceof ProviderError)) throw error
  await recordDoubt(context.db, batch.id, error.message)
  context.notify({ kind: 'batch.doubtful', part: part.path, because: error.message })
  return resolveDoubt(part, await getBatch(context.db, batch.id), context)
}

async function resolveDoubt(part: Part, batch: BatchRecord, context: BatchContext): Promise<Submission> {
  const { db, provider, clock, signal } = context
  let found: ProviderBatch | undefined
  try {
    found = await provider.findBatch({ key: batch.key, inputFileId: batch.input_file_id! }, signal)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.isPassing) return tryLater(part, batch, error, context)
    const because = `whether the batch was created cannot be found out: ${error.message}`
    await holdBatch(db, batch.id, because)
    return { kind: 'held', because }
  }
  if (found) return recordAsOpen(part, batch, found, 'batch.adopted', context)

  const now = clock.now()
  // However long ago the call was: a list that lags now may have been out of reach until now.
  // The same if the clock went back since the first look.
  const isFirst = batch.missed_at === null || Date.parse(batch.missed_at) > now.getTime()
  if (isFirst) await recordMissed(db, batch.id, now)
  const settledAt = (isFirst ? now.getTime() : Date.parse(batch.missed_at!)) + provider.listLagMs
  if (now.getTime() >= settledAt) return create(part, batch, context)
  return {
    kind: 'later',
    at: new Date(Math.min(settledAt, now.getTime() + LOOK_INTERVAL_MS)),
    because: 'the answer to the create call was lost; the provider’s list is watched for the batch',
  }
}

/** Records that the batch is at the provider, made or found there; from now on it is polled. */
export async function recordAsOpen(
  part: Part,
  batch: BatchRecord,
  at: ProviderBatch,
  kind: 'batch.submitted' | 'batch.adopted',
  context: BatchContext,
): Promise<Submission> {
  const { id: providerBatchId, inputFileId, status, createdAt, expiresAt } = at
  const opened = { providerBatchId, requests: part.requests, inputFileId, status, createdAt, expiresAt }
  await recordOpen(context.db, batch, opened, context.clock.now())
  context.notify({ kind, batch: providerBatchId, part: part.path, requests: part.requests })
  return { kind: 'open' }
}

/**
 * What passes is tried again after a pause that grows with the age of the intent. The rest is thrown, and the intent ends:
 * nothing of it is at the provider, and the part may be changed before it is sent again.
 */
async function tryLater(
  part: Part,
  batch: BatchRecord,
  error: unknown,
  context: BatchContext,
): Promise<Submission> {
  if (!(error instanceof ProviderError)) throw error
  const now = context.clock.now()
  if (!error.isPassing) {
    await rejectBatch(context.db, batch, error.message, true, now)
    context.notify({ kind: 'batch.refused', part: part.path, because: error.message })
    throw error
  }
  await recordDoubt(context.db, batch.id, error.message)
  const age = now.getTime() - Date.parse(batch.intended_at)
  const pause = Math.min(Math.max(age, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS)
  return { kind: 'later', at: new Date(now.getTime() + pause), because: error.message }
}
