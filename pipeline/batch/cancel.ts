import type { BatchRecord } from '../../data/records/batches.js'
import { getBatch } from '../../data/records/batches.js'
import { recordCancelling } from '../../data/records/calls.js'
import { HemlineError } from '../errors.js'
import { type ProviderBatch, ProviderError } from '../provider/provider.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { batchStatuses, isKnownStatus } from './life.js'
import { getBatchOfProvider } from './meant.js'
import { recordSeen } from './poll.js'

/**
 * Asks the provider to cancel a batch of ours; of one whose requests are asked from here, no further one is. What it answered until then is kept, charged, and taken in by the next
 * run, like the results of any batch. Records only what a poll would. Safe to repeat.
 *
 * @throws HemlineError `batch_is_over` when there is nothing to cancel any more, `no_such_batch`, `other_account`.
 * @throws ProviderError `provider_not_found` when the provider does not know it, or what else kept it from an answer.
 */
export async function cancelBatch(id: string, context: BatchContext): Promise<BatchRecord> {
  const batch = await getBatchOfProvider(context.db, id)
  await assertSameAccount(context, batch)
  if (batch.state !== 'open') throw isOver(id, batch.status ?? batch.state)
  if (batch.lane !== 'batch') {
    await recordCancelling(context.db, batch.id, context.clock.now())
    return getBatch(context.db, batch.id)
  }
  const seen = await ask(id, context)
  await recordSeen(batch, seen, 0, context)
  return getBatch(context.db, batch.id)
}

async function ask(id: string, context: BatchContext): Promise<ProviderBatch> {
  try {
    return await context.provider.cancelBatch(id, context.signal)
  } catch (error) {
    // The answer may be lost, or say that the batch is over: its status tells.
    if (!(error instanceof ProviderError) || error.acted === 'no') throw error
    const seen = await context.provider.retrieveBatch(id, context.signal)
    if (seen.status === 'cancelling' || seen.status === 'cancelled') return seen
    if (isKnownStatus(seen.status) && batchStatuses[seen.status].later.length === 0) {
      throw isOver(id, seen.status)
    }
    throw error
  }
}

function isOver(id: string, status: string): HemlineError {
  return new HemlineError({
    code: 'batch_is_over',
    message: `batch "${id}" is over already (${status}), so there is nothing to cancel`,
    hint: 'What it answered is taken in by: hemline materialize',
  })
}
