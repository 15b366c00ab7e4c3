/**
 * The life of a batch at the provider, as the one table that everything else is derived from. A poll can skip states, so
 * `later` lists every status that may be seen later, not only the next one. Nothing follows a status that is over.
 *
 * `work`: it goes on, poll it. `collect`: it is over and what it finished was charged, so take it in. `reject`:
 * validation failed, nothing ran and nothing was charged.
 */
export const batchStatuses = {
  validating: {
    action: 'work',
    later: ['failed', 'in_progress', 'finalizing', 'completed', 'expired', 'cancelling', 'cancelled'],
  },
  in_progress: { action: 'work', later: ['finalizing', 'completed', 'expired', 'cancelling', 'cancelled'] },
  finalizing: { action: 'work', later: ['completed', 'expired', 'cancelling', 'cancelled'] },
  cancelling: { action: 'work', later: ['cancelled', 'completed', 'expired'] },
  completed: { action: 'collect', later: [] },
  expired: { action: 'collect', later: [] },
  cancelled: { action: 'collect', later: [] },
  failed: { action: 'reject', later: [] },
} as const satisfies Record<string, { action: BatchAction; later: readonly string[] }>

export type BatchAction = 'work' | 'collect' | 'reject'

/** Result files may appear a while after the status says `completed`; after this long they are not coming. */
const LATE_FILES_MS = 10 * 60_000

/**
 * What to do with a batch in this status. A status that we do not know is treated as work going on: it is polled, never
 * resubmitted.
 *
 * A batch that is over but names no file for what it counted is polled again for ten minutes: some providers fill the
 * file ids in late. If then the answers that it counts are still missing, it is stuck, because they are paid for; failures
 * that nobody wrote down are simply missing.
 */
export function nextAction(
  batch: {
    status: string
    outputFileId: string | null
    errorFileId: string | null
    counts: { completed: number; failed: number }
  },
  sinceMs: number,
): BatchAction | 'stuck' {
  const action = isKnownStatus(batch.status) ? batchStatuses[batch.status].action : 'work'
  if (action !== 'collect') return action
  const { completed, failed } = batch.counts
  const lacksAnswers = batch.outputFileId === null && completed > 0
  const mayLackAnswers = batch.outputFileId === null && completed + failed === 0
  const lacksErrors = batch.errorFileId === null && failed > 0
  if (!lacksAnswers && !mayLackAnswers && !lacksErrors) return 'collect'
  if (sinceMs < LATE_FILES_MS) return 'work'
  return lacksAnswers ? 'stuck' : 'collect'
}

export function isKnownStatus(status: string): status is keyof typeof batchStatuses {
  return Object.hasOwn(batchStatuses, status)
}
