import type { ListedBatch } from '../data/records/batches.js'
import type { Listing } from './listing.js'
import { formatBytes, formatCount, formatDuration } from './numbers.js'

/** @param now  from which ages and the time to expiry are counted. */
export function batchListing(now: Date): Listing<ListedBatch> {
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
      tally: batch.tally === null ? null : JSON.parse(batch.tally),
      usage: batch.usage === null ? null : JSON.parse(batch.usage),
    }),
    empty: 'No batches yet. Submit with: hemline materialize',
  }
}

/** Ours says what we do with it; the provider's says what it does. */
function stateInWords({ state, status, because }: ListedBatch): string {
  const words = state === 'open' ? (status ?? 'open') : state
  return because === null ? words : `${words}: ${because}`
}

function since(instant: string, now: Date): string {
  return formatDuration(now.getTime() - Date.parse(instant))
}

function until(instant: string, now: Date): string {
  const left = Date.parse(instant) - now.getTime()
  return left > 0 ? formatDuration(left) : 'overdue'
}
