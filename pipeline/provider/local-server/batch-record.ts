import { type BatchStatus, isOver, mayFollow } from './batch-life.js'
import type { BatchRequest } from './read-batch-request.js'
import { unixSeconds } from './instant.js'

/** How a batch that did not fail ends. */
export type BatchEnd = 'completed' | 'expired' | 'cancelled'

/** What is wrong with an input file, and in which line (from 1) if in one. */
export type BatchError = { code: string; message: string; param: string | null; line: number | null }

export type BatchUsage = {
  input_tokens: number
  input_tokens_details: { cached_tokens: number }
  output_tokens: number
  output_tokens_details: { reasoning_tokens: number }
  total_tokens: number
}

/** A batch in the API's own shape; instants are seconds since 1970. */
export type Batch = {
  id: string
  object: 'batch'
  endpoint: string
  model: string | null
  errors: { object: 'list'; data: BatchError[] } | null
  input_file_id: string
  completion_window: '24h'
  status: BatchStatus
  output_file_id: string | null
  error_file_id: string | null
  created_at: number
  in_progress_at: number | null
  expires_at: number
  finalizing_at: number | null
  completed_at: number | null
  failed_at: number | null
  expired_at: number | null
  cancelling_at: number | null
  cancelled_at: number | null
  request_counts: { total: number; completed: number; failed: number }
  usage: BatchUsage | null
  metadata: Record<string, string> | null
}

/** A batch and what the server remembers of it beside what it tells. */
export type StoredBatch = {
  /** Counts up with every batch; the order of lists. */
  sequence: number
  /** How it ends, decided when no further line is taken up; null before. */
  endsAs: BatchEnd | null
  /** How long the result files are kept; null: until they are deleted. */
  resultsKeptSeconds: number | null
  batch: Batch
}

const COMPLETION_WINDOW_SECONDS = 24 * 60 * 60

/** A batch as it is right after its creation. */
export function newBatch(id: string, sequence: number, request: BatchRequest, now: Date): StoredBatch {
  const createdAt = unixSeconds(now)
  return {
    sequence,
    endsAs: null,
    resultsKeptSeconds: request.output_expires_after?.seconds ?? null,
    batch: {
      id,
      object: 'batch',
      endpoint: request.endpoint,
      model: null,
      errors: null,
      input_file_id: request.input_file_id,
      completion_window: request.completion_window,
      status: 'validating',
      output_file_id: null,
      error_file_id: null,
      created_at: createdAt,
      in_progress_at: null,
      expires_at: createdAt + COMPLETION_WINDOW_SECONDS,
      finalizing_at: null,
      completed_at: null,
      failed_at: null,
      expired_at: null,
      cancelling_at: null,
      cancelled_at: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
      usage: null,
      metadata: request.metadata ?? null,
    },
  }
}

/** Puts the batch into its next status, and notes when. A move that the life of a batch does not know is our own mistake. */
export function moveBatch(batch: Batch, status: Exclude<BatchStatus, 'validating'>, now: Date): void {
  if (!mayFollow(batch.status, status)) {
    throw new Error(`batch ${batch.id} is ${batch.status} and cannot become ${status}`)
  }
  batch.status = status
  batch[`${status}_at`] = unixSeconds(now)
}

/** Whether the batch still needs its input file. */
export function isUnfinished({ batch }: StoredBatch): boolean {
  return !isOver(batch.status)
}
