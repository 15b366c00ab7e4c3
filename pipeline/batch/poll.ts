import { type BatchRecord, findOpenBatches } from '../../data/records/batches.js'
import { recordFailedPoll, recordPoll, rejectBatch } from '../../data/records/batch-progress.js'
import { HemlineError } from '../errors.js'
import { type ProviderBatch, ProviderError } from '../provider/provider.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { isKnownStatus, nextAction } from './life.js'
import { TOKEN_LIMIT, learnWindow } from './window.js'

const LONGEST_PAUSE_MS = 10 * 60_000
const JITTER = 0.25
/** A young batch is polled up to so many times as often as an old one: some are over in seconds. */
const MOST_OFTEN = 20

/** Rejections that say nothing about the file: it is sent again as it is, later, and no attempt is counted. */
const PASSING_REJECTIONS = [TOKEN_LIMIT, /cannot find file/i]

/**
 * Polls every open batch that is due. A poll that fails never fails a run: the batch stays open and is polled again,
 * later each time.
 *
 * @throws HemlineError `batch_rejected` when validation failed for a reason that sending again will not mend.
 * @throws HemlineError `other_account` for a batch that another account owns.
 */
export async function pollOpenBatches(intervalMs: number, context: BatchContext): Promise<void> {
  for (const batch of await findOpenBatches(context.db, 'at_provider')) {
    const now = context.clock.now()
    if (dueAt(batch, intervalMs, now) > now) continue
    await assertSameAccount(context, batch)
    await pollBatch(batch, intervalMs, context)
  }
}

/**
 * When an open batch is to be polled next. A shorter interval than that of the last poll counts at once: whoever comes
 * does not wait for what somebody else had planned. After failures the longer pause stands. An instant further away than
 * any pause was written by a clock that was ahead: it is now.
 */
export function dueAt(batch: BatchRecord, intervalMs: number, now: Date): Date {
  const planned = Date.parse(batch.next_poll_at ?? batch.intended_at)
  const hasFailed = batch.failed_polls > 0 || batch.polled_at === null
  const due = hasFailed ? planned : Math.min(planned, Date.parse(batch.polled_at!) + intervalMs)
  const longest = Math.max(intervalMs, LONGEST_PAUSE_MS * (1 + JITTER))
  return due - now.getTime() > longest ? now : new Date(due)
}

async function pollBatch(batch: BatchRecord, intervalMs: number, context: BatchContext): Promise<void> {
  let seen: ProviderBatch
  try {
    seen = await context.provider.retrieveBatch(batch.provider_batch_id!, context.signal)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    const pauseMs = Math.min(intervalMs * 2 ** (batch.failed_polls + 1), LONGEST_PAUSE_MS)
    await recordFailedPoll(
      context.db,
      batch.id,
      { because: error.message, isStuck: error.code === 'provider_not_found' },
      after(context, pauseMs + jitter(batch, pauseMs)),
    )
    context.notify({ kind: 'batch.poll_failed', batch: batch.provider_batch_id!, because: error.message })
    return
  }
  await recordSeen(batch, seen, intervalMs, context)
}

/**
 * Records what the provider says of an open batch, and what follows from it.
 *
 * @param intervalMs  until the next poll, once the batch is twice as old.
 * @throws HemlineError `batch_rejected` as `pollOpenBatches` does.
 */
export async function recordSeen(
  batch: BatchRecord,
  seen: ProviderBatch,
  intervalMs: number,
  context: BatchContext,
): Promise<void> {
  const now = context.clock.now()
  const hasMoved = seen.status !== batch.status
  const isSince = !hasMoved && batch.status_since !== null && Date.parse(batch.status_since) <= now.getTime()
  const since = isSince ? batch.status_since! : now.toISOString()
  if (hasMoved && !isKnownStatus(seen.status)) {
    const because = `the status "${seen.status}" is not known; it is polled on`
    context.notify({ kind: 'batch.status_unknown', batch: seen.id, because })
  }
  // Until the file is validated the provider counts nothing; what was sent is known.
  const total = Math.max(seen.counts.total, batch.requests_total)
  const action = nextAction(seen, now.getTime() - Date.parse(since))
  await recordPoll(
    context.db,
    batch.id,
    {
      status: seen.status,
      status_since: since,
      expires_at: seen.expiresAt?.toISOString() ?? batch.expires_at,
      requests_total: total,
      requests_completed: seen.counts.completed,
      requests_failed: seen.counts.failed,
      output_file_id: seen.outputFileId,
      error_file_id: seen.errorFileId,
      usage: seen.usage ? JSON.stringify(seen.usage) : null,
    },
    {
      now,
      pollAt: after(context, pauseOf(batch, intervalMs, now)),
      hasEnded: action === 'collect',
      stuckBecause: action === 'stuck' ? describeMissingOutput(seen) : undefined,
    },
  )
  const { status, counts, createdAt, expiresAt } = seen
  context.notify({ kind: 'batch.polled', batch: seen.id, status, ...counts, total, createdAt, expiresAt })
  if (action === 'reject') await reject(batch, seen, context)
}

/** Half of the batch's age, as far as the interval: whoever waits for one that takes hours does not ask all the time. */
function pauseOf(batch: BatchRecord, intervalMs: number, now: Date): number {
  const ageMs = now.getTime() - Date.parse(batch.create_sent_at ?? batch.intended_at)
  return Math.min(intervalMs, Math.max(intervalMs / MOST_OFTEN, ageMs / 2))
}

async function reject(batch: BatchRecord, seen: ProviderBatch, context: BatchContext): Promise<void> {
  const because = seen.errors.map(describeError).join('; ') || 'the provider gives no reason'
  const isPassing =
    seen.errors.length > 0 &&
    seen.errors.every(({ code, message }) =>
      PASSING_REJECTIONS.some((pattern) => pattern.test(code) || pattern.test(message)),
    )
  if (TOKEN_LIMIT.test(because)) await learnWindow(batch.part_id, because, context)
  await rejectBatch(context.db, batch, because, isPassing, context.clock.now())
  context.notify({ kind: 'batch.rejected', batch: seen.id, because })
  if (isPassing) return
  throw new HemlineError({
    code: 'batch_rejected',
    message: `the provider rejected batch "${seen.id}" before it ran: ${because}`,
    hint: 'Nothing was charged. Mend the cause (model, endpoint, limits in the config), then run the same command again.',
  })
}

function describeMissingOutput({ id, counts }: ProviderBatch): string {
  return `batch "${id}" counts ${counts.completed} requests as completed, but names no file with their answers`
}

function describeError({ code, message, line }: ProviderBatch['errors'][number]): string {
  return `${code}${line === null ? '' : ` in line ${line}`}: ${message}`
}

function after(context: BatchContext, ms: number): Date {
  return new Date(context.clock.now().getTime() + ms)
}

/** Up to a quarter of the pause, always the same for a batch and try, so that many batches do not knock at once. */
function jitter(batch: BatchRecord, pauseMs: number): number {
  return Math.floor(pauseMs * JITTER * (((batch.id * 2654435761 + batch.failed_polls * 40503) % 1000) / 1000))
}
