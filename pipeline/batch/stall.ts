import type { BatchRecord } from '../../data/records/batches.js'

/** A small file is validated in seconds, the largest in some minutes. */
const LONGEST_VALIDATING_MS = 60 * 60_000
/** Only files are written; hours of it were seen, and are worth a question to the provider. */
const LONGEST_FINALIZING_MS = 60 * 60_000
/** The provider promises ten minutes. */
const LONGEST_CANCELLING_MS = 60 * 60_000
/** The only completion window that there is. */
const COMPLETION_WINDOW_MS = 24 * 60 * 60_000

const LONGEST_MS: Record<string, number> = {
  validating: LONGEST_VALIDATING_MS,
  finalizing: LONGEST_FINALIZING_MS,
  cancelling: LONGEST_CANCELLING_MS,
}

/** For how long a batch was seen in the status that it does not leave, or past its expiry if that is longer. */
export type Stall = { status: string; ms: number }

/**
 * Whether an open batch has been in one status for longer than is usual, as of its last poll: what happened since nobody
 * knows. It is told, and nothing follows: a batch that is alive is never sent again.
 */
export function findStall(
  batch: Pick<BatchRecord, 'state' | 'status' | 'status_since' | 'created_at' | 'expires_at' | 'polled_at'>,
): Stall | undefined {
  const { state, status, status_since: since, polled_at: polledAt } = batch
  if (state !== 'open' || status === null || since === null || polledAt === null) return undefined
  const seenAt = Date.parse(polledAt)
  const ms = seenAt - Date.parse(since)
  const overdueMs = seenAt - expiryOf(batch)
  const isLong = ms > (LONGEST_MS[status] ?? Infinity) || overdueMs > 0
  return isLong ? { status, ms: Math.max(ms, overdueMs) } : undefined
}

function expiryOf(batch: Pick<BatchRecord, 'created_at' | 'expires_at'>): number {
  if (batch.expires_at !== null) return Date.parse(batch.expires_at)
  return batch.created_at === null ? Infinity : Date.parse(batch.created_at) + COMPLETION_WINDOW_MS
}
