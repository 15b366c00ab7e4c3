import type { Automation } from './automation.js'
import { type Schedule, fireTimes, nextFireTime } from './cron-times.js'

/** How far a schedule has been handled, as it is on record. */
export type HandledSchedule = { cron: string; timeZone: string; handledUntil: Date }

/** How often a schedule fires now (0: not yet), why, and how far it is handled with that. */
export type Due = { times: number; because: string; handled: HandledSchedule }

/** A fire time that is older was missed: no daemon ran, or it was busy with a run. */
const PUNCTUAL_MS = 60_000
/** A record from further in the future was written by a clock that was wrong. */
const LARGEST_STEP_BACK_MS = 60 * 60_000

/**
 * Decides whether a schedule fires. Pure.
 *
 * A schedule that is new, or was edited, counts from now on: it never fires the past. One whose record lies in the future
 * (the clock was put back) does not fire what it fired already. Fire times that were missed are made up for as `catch_up`
 * says.
 */
export function dueSchedule(
  schedule: Schedule,
  handled: HandledSchedule | undefined,
  now: Date,
  { catch_up: catchUp, catch_up_runs: most }: Pick<Automation, 'catch_up' | 'catch_up_runs'>,
): Due {
  const { cron, timeZone } = schedule
  const isSame = handled?.cron === cron && handled.timeZone === timeZone
  const isAhead = handled !== undefined && +handled.handledUntil - +now > LARGEST_STEP_BACK_MS
  if (!isSame || isAhead) {
    const because = !handled
      ? 'its schedule is new'
      : isAhead
        ? 'the clock went back'
        : 'its schedule was edited'
    return {
      times: 0,
      because: `${because}; ${nextAfter(schedule, now)}`,
      handled: { cron, timeZone, handledUntil: now },
    }
  }
  const after = handled.handledUntil
  const upcoming = nextFireTime(schedule, after)
  if (!upcoming || upcoming > now) return { times: 0, because: sayNext(schedule, upcoming), handled }
  const fired = fireTimes(schedule, { after, until: now }, catchUp === 'all' ? most : 1)
  const next: HandledSchedule = { cron, timeZone, handledUntil: now }
  const latest = fired.at(-1)!
  const isPunctual = +now - +latest <= PUNCTUAL_MS
  if (!isPunctual && catchUp === 'none') {
    const because = `${latest.toISOString()} was missed, and catch_up is "none"; ${nextAfter(schedule, now)}`
    return { times: 0, because, handled: next }
  }
  const because = isPunctual ? `it is ${latest.toISOString()}` : `${latest.toISOString()} was missed`
  return { times: fired.length, because, handled: next }
}

function nextAfter(schedule: Schedule, instant: Date): string {
  return sayNext(schedule, nextFireTime(schedule, instant))
}

function sayNext(schedule: Schedule, next: Date | null): string {
  return next ? `next at ${next.toISOString()}` : `"${schedule.cron}" has no next time`
}
