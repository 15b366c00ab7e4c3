import type { Db } from '../../data/database.js'
import { type Lease, deleteLease, extendLease, findLease, replaceLease } from '../../data/records/leases.js'
import type { Clock } from '../clock.js'
import { HemlineError } from '../errors.js'

const EXECUTOR = 'executor'
const LEASE_MS = 30_000
const HEARTBEAT_MS = 5_000

/** Who wants to execute: unique for each process that ever was. */
export type Holder = {
  id: string
  host: string
  pid: number
  /** Whether a process of this host is alive. */
  isAlive(pid: number): boolean
}

/** The right to execute in a home, held until `release`. `lost` is aborted when another process took it over. */
export type HeldLease = { lost: AbortSignal; release(): Promise<void> }

/**
 * Takes the home's executor lease and keeps it by a heartbeat: at most one process changes a home at a time.
 *
 * @throws HemlineError `home_is_busy` while somebody else holds it, naming who.
 */
export async function takeLease(db: Db, holder: Holder, clock: Clock): Promise<HeldLease> {
  const seen = await findLease(db, EXECUTOR)
  if (seen && !isFree(seen, holder, clock.now())) throw busy(seen)
  const now = clock.now()
  const lease = {
    name: EXECUTOR,
    holder: holder.id,
    host: holder.host,
    pid: holder.pid,
    taken_at: now.toISOString(),
    expires_at: expiry(now).toISOString(),
  }
  if (!(await replaceLease(db, seen, lease))) throw busy((await findLease(db, EXECUTOR)) ?? lease)
  return keepLease(db, holder, clock)
}

/**
 * Whether a lease may be taken over. Pure. On the same host the process itself tells: a dead one has let go, a live one
 * holds on even when its heartbeat is late (a laptop that slept). Of another host only the heartbeat is known.
 */
export function isFree(lease: Lease, holder: Pick<Holder, 'host' | 'isAlive'>, now: Date): boolean {
  if (lease.host === holder.host) return !holder.isAlive(lease.pid)
  return Date.parse(lease.expires_at) <= now.getTime()
}

function keepLease(db: Db, holder: Holder, clock: Clock): HeldLease {
  const lost = new AbortController()
  const stop = new AbortController()
  const beating = (async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, stop.signal)
      if (stop.signal.aborted) return
      if (await extendLease(db, EXECUTOR, holder.id, expiry(clock.now()))) continue
      lost.abort(new Error('another process took over this home'))
      return
    }
  })().catch((error: unknown) => lost.abort(error))
  return {
    lost: lost.signal,
    async release() {
      stop.abort()
      await beating
      await deleteLease(db, EXECUTOR, holder.id)
    },
  }
}

function expiry(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS)
}

function busy(lease: Lease): HemlineError {
  return new HemlineError({
    code: 'home_is_busy',
    message: `another hemline works in this home: process ${lease.pid} on ${lease.host}, since ${lease.taken_at}`,
    hint: 'Wait for it or stop it; `hemline status` and every other listing can be used meanwhile.',
  })
}
