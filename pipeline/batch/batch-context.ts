import type { Db } from '../../data/database.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { getAccount } from '../../data/records/accounts.js'
import type { Clock } from '../clock.js'
import { HemlineError } from '../errors.js'
import type { Provider } from '../provider/provider.js'
import type { TokenSums } from './usage-difference.js'

/** What every step of a batch's life needs. */
export type BatchContext = {
  db: Db
  provider: Provider
  /** The record of the provider's account. */
  accountId: number
  /** Turns a path of a record into one that can be opened. */
  pathOf(relativePath: string): string
  clock: Clock
  signal: AbortSignal
  notify(event: BatchEvent): void
}

/** What happens to batches, for progress and logs. */
export type BatchEvent =
  | { kind: 'batch.uploading'; part: string; bytes: number }
  | { kind: 'batch.submitted' | 'batch.adopted'; batch: string; part: string; requests: number }
  | { kind: 'batch.doubtful' | 'batch.refused' | 'batch.withdrawn'; part: string; because: string }
  | {
      kind: 'batch.polled'
      batch: string
      status: string
      completed: number
      failed: number
      total: number
      createdAt: Date
      expiresAt: Date | null
    }
  | { kind: 'batch.poll_failed' | 'batch.status_unknown' | 'batch.rejected'; batch: string; because: string }
  | { kind: 'batch.collected'; batch: string; tally: Record<string, number> }
  | { kind: 'batch.limit_learned'; model: string; tokens: number }
  | { kind: 'calls.opened'; batch: string; part: string; requests: number }
  | { kind: 'calls.answered'; done: number; total: number }
  | { kind: 'calls.lost'; batch: string; calls: number }
  | { kind: 'batch.usage_differs'; batch: string; charged: TokenSums; reported: TokenSums }

/**
 * Refuses to touch a batch of another account: polling it there would answer "not found", and adopting or resubmitting
 * on that ground would pay twice.
 */
export async function assertSameAccount(context: BatchContext, batch: BatchRecord): Promise<void> {
  if (batch.account_id === context.accountId) return
  const owner = await getAccount(context.db, batch.account_id)
  const { baseUrl, keyDigest } = context.provider.account
  throw new HemlineError({
    code: 'other_account',
    message:
      `batch ${batch.provider_batch_id ?? batch.key} belongs to ${owner.base_url} (key ${owner.key_digest}), ` +
      `not to ${baseUrl} (key ${keyDigest})`,
    hint:
      `Run again with OPENAI_BASE_URL=${owner.base_url} and the key whose SHA-256 begins with ${owner.key_digest}. ` +
      (batch.provider_batch_id === null
        ? 'If that key is gone and the batch never came to be: `hemline resubmit` its part.'
        : `If this key is of the same project, say so: hemline adopt ${batch.provider_batch_id}`),
  })
}
