import { isOver } from '../batch-life.js'
import type { Batch, BatchError } from '../batch-record.js'
import type { FaultPlan } from './fault-plan.js'

/** Why validation rejects a batch, if the plan says so. */
export function rejectionOf(plan: FaultPlan, batchId: string): BatchError[] | undefined {
  const rule = plan.ofBatch(batchId).find(({ fault }) => fault === 'reject')
  if (!rule) return undefined
  const { code = 'token_limit_exceeded', message = TOKEN_LIMIT } = rule
  return [{ code, message, param: null, line: null }]
}

const TOKEN_LIMIT =
  'Enqueued token limit reached for gpt-6-luna in organization org-local. Limit: 2,000,000 enqueued tokens. Please try again once some in_progress batches have been completed.'

/** After how many lines a batch takes up no more, and how it ends then. */
export function earlyEndOf(
  plan: FaultPlan,
  batchId: string,
): { lines: number; endsAs: 'expired' | 'cancelled' } | undefined {
  const rule = plan.ofBatch(batchId).find(({ fault }) => fault === 'expire' || fault === 'cancel')
  return rule && { lines: rule.lines ?? 1, endsAs: rule.fault === 'expire' ? 'expired' : 'cancelled' }
}

/** A batch as somebody who looks at it is shown it. */
export function viewOf(plan: FaultPlan, batch: Batch): object {
  let shown: object = batch
  for (const rule of plan.ofBatch(batch.id)) {
    const { fault, looks } = rule
    if (fault === 'stall' && plan.look(rule, batch.id) <= (looks ?? 3)) {
      const hidden = { output_file_id: null, error_file_id: null, usage: null }
      return { ...batch, ...hidden, status: rule.status ?? 'in_progress' }
    }
    if (!isOver(batch.status)) continue
    if (fault === 'late_output' && plan.look(rule, batch.id) <= (looks ?? 2)) {
      shown = { ...shown, output_file_id: null }
    }
    if (fault === 'blank_error_file' && batch.error_file_id === null) shown = { ...shown, error_file_id: '' }
    // Answers that are counted and in no file are another thing: they are lost.
    if (fault === 'wrong_counts' && batch.output_file_id !== null) {
      const { total } = batch.request_counts
      shown = { ...shown, request_counts: { total, completed: total, failed: 0 } }
    }
    if (fault === 'no_usage') shown = { ...shown, usage: undefined }
    if (fault === 'wrong_usage' && batch.usage) {
      const input_tokens = batch.usage.input_tokens + 1_000
      shown = { ...shown, usage: { ...batch.usage, input_tokens } }
    }
  }
  return shown
}
