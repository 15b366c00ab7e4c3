import type { ListedBatch } from '../data/records/batches.js'
import { findStall } from '../pipeline/batch/stall.js'
import { type TokenSums, usageDifference } from '../pipeline/batch/usage-difference.js'
import { nextStepOf } from './batch-next-step.js'
import type { Listing } from './listing.js'
import { formatBytes, formatCount, formatDuration } from './numbers.js'
import { describeUsageDifference, tokensJson } from './usage-difference.js'

/**
 * @param now  from which ages and the time to expiry are counted.
 * @param home  as the person named it, for what to type next.
 */
export function batchListing(now: Date, home: string): Listing<ListedBatch> {
  return {
    columns: [
      { title: 'batch' },
      { title: 'state' },
      { title: 'requests', align: 'right' },
      { title: 'done', align: 'right' },
      { title: 'failed', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'age', align: 'right' },
      { title: 'expires in', align: 'right' },
      { title: 'tasks file' },
    ],
    cells: (batch) => [
      batch.provider_batch_id ?? '(not created)',
      stateInWords(batch),
      formatCount(batch.requests),
      formatCount(batch.requests_completed),
      formatCount(batch.requests_failed),
      formatBytes(batch.bytes),
      since(batch.created_at ?? batch.intended_at, now),
      batch.state === 'open' && batch.expires_at ? until(batch.expires_at, now) : '',
      batch.path,
    ],
    json: (batch) => ({
      batch: batch.provider_batch_id,
      state: batch.state,
      status: batch.status,
      status_since: batch.status_since,
      is_stuck: batch.is_stuck === 1,
      stalled_seconds: stalledSeconds(batch),
      next_step: nextStepOf(batch, home) ?? null,
      because: batch.because,
      key: batch.key,
      part: batch.path,
      requests: batch.requests,
      completed: batch.requests_completed,
      failed: batch.requests_failed,
      bytes: batch.bytes,
      estimated_tokens: batch.estimated_tokens,
      input_file_id: batch.input_file_id,
      output_file_id: batch.output_file_id,
      error_file_id: batch.error_file_id,
      intended_at: batch.intended_at,
      created_at: batch.created_at,
      expires_at: batch.expires_at,
      polled_at: batch.polled_at,
      collected_at: batch.collected_at,
      tally: batch.tally === null ? null : (JSON.parse(batch.tally) as object),
      usage: tokensJson(usageOf(batch)),
      usage_difference: tokensJson(differenceOf(batch)),
    }),
    note: (batch) => {
      const step = nextStepOf(batch, home)
      return step && `${batch.provider_batch_id ?? batch.path}: ${step}`
    },
    empty: 'No batches yet. Submit with: hemline materialize',
  }
}

/** Ours says what we do with it; the provider's says what it does. */
function stateInWords(batch: ListedBatch): string {
  const { state, status, because } = batch
  const words = state === 'open' ? openInWords(batch, status ?? 'open') : state
  const difference = differenceOf(batch)
  if (difference) {
    return `${words}, but ${describeUsageDifference(JSON.parse(batch.charged) as TokenSums, usageOf(batch)!)}`
  }
  return because === null ? words : `${words}: ${because}`
}

function openInWords(batch: ListedBatch, status: string): string {
  if (batch.is_stuck === 1) return 'stuck'
  const stall = findStall(batch)
  return stall ? `stalled ${formatDuration(stall.ms)} in ${stall.status}` : status
}

function stalledSeconds(batch: ListedBatch): number | null {
  const stall = batch.is_stuck === 1 ? undefined : findStall(batch)
  return stall ? Math.round(stall.ms / 1000) : null
}

function usageOf({ usage }: ListedBatch): TokenSums | null {
  return usage === null ? null : (JSON.parse(usage) as TokenSums)
}

function differenceOf(batch: ListedBatch): TokenSums | null {
  if (batch.state !== 'collected') return null
  return usageDifference(JSON.parse(batch.charged) as TokenSums, usageOf(batch)) ?? null
}

function since(instant: string, now: Date): string {
  return formatDuration(now.getTime() - Date.parse(instant))
}

function until(instant: string, now: Date): string {
  const left = Date.parse(instant) - now.getTime()
  return left > 0 ? formatDuration(left) : 'overdue'
}
