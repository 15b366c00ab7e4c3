import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { sql } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Db } from '../../../data/database.js'
import { findLease } from '../../../data/records/leases.js'
import { type Holder, judgeLease, takeLease } from '../../../pipeline/engine/lease.js'
import { HemlineError } from '../../../pipeline/errors.js'
import { startChild } from '../../child.js'
import { temporaryDatabase } from '../../data/temporary-database.js'
import { rejection } from '../../rejection.js'
import { StoppedClock } from '../provider/local-server/stopped-clock.js'

const leases = suite('the executor lease')

const SECOND_MS = 1_000

/** A process that a test makes up; `alive` holds the numbers of those that live on its host. */
function holder(id: string, pid: number, alive: Set<number>, host = 'here'): Holder {
  return { role: 'run', id, host, pid, isAlive: (other) => alive.has(other) }
}

/** Lets time pass a second at a time, so that every heartbeat that falls due is sent. */
async function pass(clock: StoppedClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(SECOND_MS)
    for (let turn = 0; turn < 20; turn++) await setImmediate()
  }
}

leases('are refused while somebody holds one, with who and what to do', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const alive = new Set([1, 2])
  const held = await takeLease(world.db, holder('a', 1, alive), clock)
  const error = await rejection(takeLease(world.db, holder('b', 2, alive), clock))
  assert.instance(error, HemlineError)
  assert.is((error as HemlineError).code, 'home_is_busy')
  assert.is(
    error.message,
    'another hemline works in this home: process 1 on here, since 2026-11-23T12:00:00.000Z',
  )
  assert.ok((error as HemlineError).hint)
  await held.release()
  const next = await takeLease(world.db, holder('b', 2, alive), clock)
  await next.release()
  assert.is(await findLease(world.db, 'executor'), undefined)
})

leases('are kept for as long as the heart beats', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const held = await takeLease(world.db, holder('a', 1, new Set()), clock)
  await pass(clock, 45)
  const elsewhere = holder('b', 1, new Set(), 'there')
  assert.is(((await rejection(takeLease(world.db, elsewhere, clock))) as HemlineError).code, 'home_is_busy')
  assert.is(held.lost.aborted, false)
  await held.release()
})

leases('are taken over at once from a dead process of the same host', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const alive = new Set([1, 2])
  const old = await takeLease(world.db, holder('a', 1, alive), clock)
  alive.delete(1)
  const next = await takeLease(world.db, holder('b', 2, alive), clock)
  assert.is((await findLease(world.db, 'executor'))!.holder, 'b')
  await pass(clock, 6)
  assert.is(old.lost.aborted, true)
  assert.is((old.lost.reason as HemlineError).code, 'lease_lost')
  assert.is(next.lost.aborted, false)
  await old.release()
  assert.is((await findLease(world.db, 'executor'))!.holder, 'b', 'a lease that was lost is not given back')
  await next.release()
})

leases('are taken over at once by the process that has the number of the old one', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const old = await takeLease(world.db, holder('container 1', 1, new Set([1])), clock)
  const next = await takeLease(world.db, holder('container 2', 1, new Set([1])), clock)
  assert.is((await findLease(world.db, 'executor'))!.holder, 'container 2')
  await old.release()
  await next.release()
})

leases('outlast a database that is busy for a while, but not longer than the lease', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const held = await takeLease(world.db, holder('a', 1, new Set([1])), clock)
  const refuse = sql`create trigger busy before update on leases begin select raise(abort, 'busy'); end`
  await refuse.execute(world.db)
  await pass(clock, 20)
  assert.is(held.lost.aborted, false)
  await sql`drop trigger busy`.execute(world.db)
  await pass(clock, 20)
  assert.is((await findLease(world.db, 'executor'))!.expires_at, '2026-11-23T12:01:10.000Z')
  await refuse.execute(world.db)
  await pass(clock, 29)
  assert.is(held.lost.aborted, false)
  await pass(clock, 6)
  assert.is(held.lost.aborted, true)
  assert.match((held.lost.reason as Error).message, /busy/)
  await held.release()
})

/** Leaves a lease whose heartbeat is late, of a process that seems to live. */
async function leaveLate(db: Db, clock: StoppedClock, alive: Set<number>) {
  const silent = new StoppedClock(clock.now().toISOString())
  const held = await takeLease(db, holder('a', 1, alive), silent)
  clock.advance(31 * SECOND_MS)
  return { held, silent }
}

leases('whose heartbeat is late are watched, and left to who still has one', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const alive = new Set([1, 2])
  const { held, silent } = await leaveLate(world.db, clock, alive)
  const wanted = rejection(takeLease(world.db, holder('b', 2, alive), clock))
  await pass(clock, 3)
  // The laptop wakes up: the old process beats again.
  silent.advance(34 * SECOND_MS)
  await pass(clock, 8)
  assert.is(((await wanted) as HemlineError).code, 'home_is_busy')
  assert.is(held.lost.aborted, false)
  await held.release()
})

leases('whose heart beats no more are taken over, and the old holder finds out', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const alive = new Set([1, 2])
  const { held, silent } = await leaveLate(world.db, clock, alive)
  const taking = takeLease(world.db, holder('b', 2, alive), clock)
  await pass(clock, 11)
  const next = await taking
  assert.is((await findLease(world.db, 'executor'))!.holder, 'b')
  silent.advance(60 * SECOND_MS)
  for (let turn = 0; turn < 50 && !held.lost.aborted; turn++) await setImmediate()
  assert.is(held.lost.aborted, true)
  await held.release()
  await next.release()
})

leases('that were given back while somebody watched them are simply free', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const alive = new Set([1, 2])
  const { held } = await leaveLate(world.db, clock, alive)
  const taking = takeLease(world.db, holder('b', 2, alive), clock)
  await pass(clock, 3)
  await held.release()
  await pass(clock, 8)
  await (await taking).release()
})

leases('go to exactly one of many that want the same', async () => {
  await using world = await temporaryDatabase()
  const clock = new StoppedClock()
  const pids = [1, 2, 3, 4, 5, 6, 7, 8]
  const alive = new Set(pids)
  const outcomes = await Promise.allSettled(
    pids.map((pid) => takeLease(world.db, holder(`p${pid}`, pid, alive), clock)),
  )
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
  assert.is(won.length, 1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') assert.is((outcome.reason as HemlineError).code, 'home_is_busy')
  }
  await won[0]!.value.release()
})

leases('are judged by process on the same host, and by heartbeat elsewhere', () => {
  const now = new Date('2026-11-23T12:00:30.000Z')
  const lease = {
    ...{ name: 'executor', role: 'run' as const, holder: 'a', host: 'here', pid: 1 },
    ...{ taken_at: '2026-11-23T12:00:00.000Z', expires_at: '2026-11-23T12:00:30.001Z' },
  }
  const late = { ...lease, expires_at: now.toISOString() }
  const dead = () => false
  const alive = () => true
  assert.is(judgeLease(lease, { host: 'here', pid: 2, isAlive: dead }, now), 'free')
  assert.is(judgeLease(lease, { host: 'here', pid: 2, isAlive: alive }, now), 'held')
  assert.is(judgeLease(late, { host: 'here', pid: 2, isAlive: alive }, now), 'late')
  assert.is(judgeLease(lease, { host: 'here', pid: 1, isAlive: alive }, now), 'free')
  assert.is(judgeLease(lease, { host: 'there', pid: 1, isAlive: dead }, now), 'held')
  assert.is(judgeLease(late, { host: 'there', pid: 1, isAlive: dead }, now), 'late')
})

leases('outlive no process: one that was killed is replaced at once', async () => {
  await using world = await temporaryDatabase()
  await using child = startChild(new URL('lease-child.ts', import.meta.url), world.path)
  assert.is(await child.nextLine(), 'taken')
  const clock = new StoppedClock(new Date((await findLease(world.db, 'executor'))!.taken_at).toISOString())
  const me: Holder = { role: 'run', id: 'me', host: 'this host', pid: process.pid, isAlive }
  assert.is(((await rejection(takeLease(world.db, me, clock))) as HemlineError).code, 'home_is_busy')
  await child.kill()
  const lease = await takeLease(world.db, me, clock)
  await lease.release()
})

leases('go to one process when two begin at once', async () => {
  await using world = await temporaryDatabase()
  await using first = startChild(new URL('lease-child.ts', import.meta.url), world.path)
  await using second = startChild(new URL('lease-child.ts', import.meta.url), world.path)
  const said = [await first.nextLine(), await second.nextLine()]
  assert.equal(said.toSorted(), ['home_is_busy', 'taken'])
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

leases.run()
