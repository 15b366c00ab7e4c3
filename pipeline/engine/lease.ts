import type { Db } from '../../data/database.js'
import { type Lease, deleteLease, extendLease, findLease, replaceLease } from '../../data/records/leases.js'
import type { LeaseRole } from '../../data/schema/engine-tables.js'
import type { Clock } from '../clock.js'
import { HemlineError } from '../errors.js'

/** The one lease of a home: whoever has it executes. */
export const EXECUTOR = 'executor'
const LEASE_MS = 30_000
const HEARTBEAT_MS = 5_000
/** Long enough to see a heartbeat of whoever still has one. */
const WATCH_MS = 2 * HEARTBEAT_MS

/** Who wants to execute. */
export type Holder = {
  /** A `daemon` takes runs from the queue; a `run` makes its own and goes. */
  role: LeaseRole
  /** Unique for each process that ever was. */
  id: string
  /** The machine, and best also its boot: numbers of processes mean something only there. */
  host: string
  pid: number
  /** Whether a process of this host is alive. */
  isAlive(pid: number): boolean
}

/** The right to execute in a home, held until `release`. `lost` is aborted when another process took it over. */
export type HeldLease = { lost: AbortSignal; release(): Promise<void> }

/**
 * Takes the home's executor lease and keeps it by a heartbeat: at most one process changes a home at a time. Takes
 * `WATCH_MS` when somebody's heartbeat is late.
 *
 * @throws HemlineError `home_is_busy` while somebody else holds it, naming who.
 */
export async function takeLease(db: Db, holder: Holder, clock: Clock): Promise<HeldLease> {
  const seen = await findTakeable(db, holder, clock)
  const now = clock.now()
  const lease = {
    name: EXECUTOR,
    role: holder.role,
    holder: holder.id,
    host: holder.host,
    pid: holder.pid,
    taken_at: now.toISOString(),
    expires_at: expiry(now).toISOString(),
  }
  if (!(await replaceLease(db, seen, lease))) throw busy((await findLease(db, EXECUTOR)) ?? lease)
  return keepLease(db, holder, clock)
}

/** Takes nothing. @throws HemlineError `home_is_busy` where `takeLease` would. */
export async function refuseBusy(db: Db, holder: Holder, clock: Clock): Promise<void> {
  await findTakeable(db, holder, clock)
}

/** The lease that may be taken over, or undefined when there is none. */
async function findTakeable(db: Db, holder: Holder, clock: Clock): Promise<Lease | undefined> {
  const seen = await findLease(db, EXECUTOR)
  if (!seen) return undefined
  const judged = judgeLease(seen, holder, clock.now())
  if (judged === 'held') throw busy(seen)
  if (judged === 'free') return seen
  await clock.sleep(WATCH_MS)
  const watched = await findLease(db, EXECUTOR)
  const hasMoved = watched?.holder !== seen.holder || watched.expires_at !== seen.expires_at
  if (watched && hasMoved) throw busy(watched)
  return watched
}

/**
 * What may be done about somebody's lease. Pure.
 *
 * - `free`: its process is dead, or its number is now our own (as in a container, where every process is number 1).
 * - `held`: its heartbeat is in time.
 * - `late`: the heartbeat is late, which by itself proves nothing: the process may be stopped or its machine have slept,
 *   its number may belong to another process by now, or the clocks of two machines differ. Whether the heart still
 *   beats can only be watched. A process that is stopped for longer than that loses the lease, and finds out at its
 *   next heartbeat.
 */
export function judgeLease(
  lease: Lease,
  me: Pick<Holder, 'host' | 'pid' | 'isAlive'>,
  now: Date,
): 'free' | 'held' | 'late' {
  if (lease.host === me.host && (lease.pid === me.pid || !me.isAlive(lease.pid))) return 'free'
  return Date.parse(lease.expires_at) <= now.getTime() ? 'late' : 'held'
}

function keepLease(db: Db, holder: Holder, clock: Clock): HeldLease {
  const lost = new AbortController()
  const stop = new AbortController()
  const beating = beat(db, holder, clock, stop.signal).then((error) => {
    if (error !== undefined) lost.abort(error)
  })
  return {
    lost: lost.signal,
    async release() {
      stop.abort()
      await beating
      await deleteLease(db, EXECUTOR, holder.id)
    },
  }
}

/** Renews the lease until it is stopped; returns why the lease is lost, if it is. */
async function beat(db: Db, holder: Holder, clock: Clock, stop: AbortSignal): Promise<unknown> {
  let heldUntil = expiry(clock.now())
  while (true) {
    await clock.sleep(HEARTBEAT_MS, stop)
    if (stop.aborted) return undefined
    const next = expiry(clock.now())
    try {
      if (!(await extendLease(db, EXECUTOR, holder.id, next))) return takenOver()
      heldUntil = next
    } catch (error) {
      // A busy database is no loss as long as nobody may take the lease meanwhile.
      if (clock.now() >= heldUntil) return error
    }
  }
}

function expiry(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS)
}

function takenOver(): HemlineError {
  return new HemlineError({
    code: 'lease_lost',
    message: 'another hemline took over this home, because this process was stopped for too long',
    hint: 'Look at `hemline runs`; nothing is lost, what was sent is on record.',
  })
}

function busy(lease: Lease): HemlineError {
  return new HemlineError({
    code: 'home_is_busy',
    message: `another hemline works in this home: process ${lease.pid} on ${lease.host}, since ${lease.taken_at}`,
    hint: 'Wait for it or stop it; `hemline status` and every other listing can be used meanwhile.',
  })
}
