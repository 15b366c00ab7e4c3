import * as z from 'zod'
import type { Db } from '../../data/database.js'
import { countLiveBatches } from '../../data/records/state-counts.js'

/** A daemon that gave no sign of life for longer than this is late. */
const LATE_AFTER_MS = 60_000

/** How a daemon is; what `GET /health` answers, and `health.json` holds. Instants are ISO-8601 in UTC. */
export const healthSchema = z.object({
  /** `late`: its last heartbeat is more than a minute old. `stopping`: it was asked to end. */
  status: z.enum(['ok', 'late', 'stopping']),
  pid: z.int(),
  host: z.string(),
  version: z.string(),
  started_at: z.iso.datetime(),
  heartbeat_at: z.iso.datetime(),
  last_tick: z.object({ id: z.int(), at: z.iso.datetime(), state: z.string() }).nullable(),
  open_batches: z.int(),
  held_batches: z.int(),
})

export type Health = z.infer<typeof healthSchema>

/** What only the daemon itself knows. */
export type Pulse = {
  pid: number
  host: string
  /** Of what runs; by now another one may be installed. */
  version: string
  startedAt: Date
  /** When its loop last came around; also while it waits it must do so well within a minute. */
  heartbeatAt: Date
  lastTick: Health['last_tick']
  isStopping: boolean
}

/** Puts the daemon's pulse together with what the records say. */
export async function takeHealth(db: Db, pulse: Pulse, now: Date): Promise<Health> {
  const batches = await countLiveBatches(db)
  const heartbeatAt = pulse.heartbeatAt.toISOString()
  return {
    status: judge({ status: pulse.isStopping ? 'stopping' : 'ok', heartbeat_at: heartbeatAt }, now),
    pid: pulse.pid,
    host: pulse.host,
    version: pulse.version,
    started_at: pulse.startedAt.toISOString(),
    heartbeat_at: heartbeatAt,
    last_tick: pulse.lastTick,
    open_batches: batches.open,
    held_batches: batches.held,
  }
}

/** The status as it is to be read now: whatever was said, old news means late. */
export function judge(said: Pick<Health, 'status' | 'heartbeat_at'>, now: Date): Health['status'] {
  return now.getTime() - Date.parse(said.heartbeat_at) > LATE_AFTER_MS ? 'late' : said.status
}
