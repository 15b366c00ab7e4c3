import { formatCountOf } from '../../reports/numbers.js'
import type { Automation } from './automation.js'

/** What waits to be put into a batch. */
export type Backlog = {
  /** Requests without an answer that are not under way; at most so many. */
  requests: number
  /** Of them, those that were sent before. */
  retries: number
  /** When the first change came that no batch was cut for yet; null when there is none. */
  oldestAt: Date | null
}

/**
 * Whether the requests that wait are made into a batch. Pure. A batch takes up to a day whatever it holds, so few requests
 * wait for more; those that were sent before have waited enough, and nothing at all costs nothing.
 */
export function cutDecision(
  { requests, retries, oldestAt }: Backlog,
  { cut_requests: enough, cut_hours: hours }: Pick<Automation, 'cut_requests' | 'cut_hours'>,
  now: Date,
): { isCut: boolean; because: string } {
  const wait = formatCountOf(requests, 'request waits', 'requests wait')
  if (requests === 0) return { isCut: true, because: 'nothing is to be asked' }
  if (requests >= enough) return { isCut: true, because: `${wait}, and ${enough} are enough for a batch` }
  if (retries > 0)
    return {
      isCut: true,
      because: `${formatCountOf(retries, 'request waits', 'requests wait')} for another try`,
    }
  const dueAt = new Date((oldestAt ?? now).getTime() + hours * 3_600_000)
  if (dueAt <= now) return { isCut: true, because: `${wait}, the oldest for ${hours} h` }
  return {
    isCut: false,
    because: `${wait}; a batch is cut at ${enough}, or at ${dueAt.toISOString()} (the oldest then waited ${hours} h)`,
  }
}
