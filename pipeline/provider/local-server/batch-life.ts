export const batchStatuses = [
  'validating',
  'in_progress',
  'finalizing',
  'cancelling',
  'failed',
  'completed',
  'expired',
  'cancelled',
] as const

export type BatchStatus = (typeof batchStatuses)[number]

/**
 * The life of a batch on this server: which status may follow which. A status is over when nothing follows.
 *
 * `validating`: the input file is being checked. `in_progress`: it is sound, and its lines are answered or wait for their
 * turn. `finalizing`: no further line is answered, the files are being made; it ends as `expired` when lines were left.
 * `cancelling`: the lines in flight are awaited, then the files are made.
 */
export const batchLife = {
  validating: ['failed', 'in_progress', 'cancelling'],
  in_progress: ['finalizing', 'cancelling'],
  finalizing: ['completed', 'expired'],
  cancelling: ['cancelled'],
  failed: [],
  completed: [],
  expired: [],
  cancelled: [],
} as const satisfies Record<BatchStatus, readonly BatchStatus[]>

export function mayFollow(status: BatchStatus, next: BatchStatus): boolean {
  const following: readonly BatchStatus[] = batchLife[status]
  return following.includes(next)
}

export function isOver(status: BatchStatus): boolean {
  return batchLife[status].length === 0
}
