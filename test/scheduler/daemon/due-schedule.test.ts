import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { nextFireTime } from '../../../scheduler/daemon/cron-times.js'
import { dueSchedule } from '../../../scheduler/daemon/due-schedule.js'

const schedules = suite('schedules')

const DAILY = { cron: '0 6 * * *', timeZone: 'UTC' }
const LAST = { catch_up: 'last', catch_up_runs: 10 } as const

const at = (text: string): Date => new Date(text)

/** Fire times that are handled one tick at a time, as a daemon that looks every so many minutes would. */
function firesOver(
  schedule: { cron: string; timeZone: string },
  from: string,
  to: string,
  stepMinutes: number,
): string[] {
  let handled = { ...schedule, handledUntil: at(from) }
  const fired: string[] = []
  for (let now = +at(from); now <= +at(to); now += stepMinutes * 60_000) {
    const due = dueSchedule(schedule, handled, new Date(now), LAST)
    if (due.times > 0) fired.push(new Date(now).toISOString())
    handled = due.handled
  }
  return fired
}

schedules('fire once for each of their times, however often they are looked at', () => {
  assert.equal(firesOver(DAILY, '2026-11-01T00:00:00Z', '2026-11-04T00:00:00Z', 1), [
    '2026-11-01T06:00:00.000Z',
    '2026-11-02T06:00:00.000Z',
    '2026-11-03T06:00:00.000Z',
  ])
})

schedules('that are new, or were edited, never fire the past', () => {
  const now = at('2026-11-24T12:00:00Z')
  const fresh = dueSchedule(DAILY, undefined, now, LAST)
  assert.is(fresh.times, 0)
  assert.equal(fresh.handled, { ...DAILY, handledUntil: now })
  assert.match(fresh.because, /new; next at 2026-11-25T06:00/)
  const handled = { cron: '0 5 * * *', timeZone: 'UTC', handledUntil: at('2026-11-01T00:00:00Z') }
  assert.is(dueSchedule(DAILY, handled, now, LAST).times, 0)
  const moved = { ...DAILY, timeZone: 'Asia/Tokyo', handledUntil: at('2026-11-01T00:00:00Z') }
  assert.is(dueSchedule(DAILY, moved, now, LAST).times, 0)
})

schedules('that were missed are made up for as the config says, and then are done with', () => {
  const handled = { ...DAILY, handledUntil: at('2026-11-01T06:00:00Z') }
  const now = at('2026-11-24T12:00:00Z')
  const times = (catchUp: 'none' | 'last' | 'all', most = 10): number => {
    const due = dueSchedule(DAILY, handled, now, { catch_up: catchUp, catch_up_runs: most })
    assert.is(+due.handled.handledUntil, +now)
    assert.is(dueSchedule(DAILY, due.handled, now, LAST).times, 0)
    return due.times
  }
  assert.is(times('none'), 0)
  assert.is(times('last'), 1)
  assert.is(times('all'), 10)
  assert.is(times('all', 1_000), 23)
})

schedules('that are a moment late are not counted as missed', () => {
  const handled = { ...DAILY, handledUntil: at('2026-11-24T05:59:59Z') }
  const none = { catch_up: 'none', catch_up_runs: 10 } as const
  assert.is(dueSchedule(DAILY, handled, at('2026-11-24T06:00:59Z'), none).times, 1)
  assert.is(dueSchedule(DAILY, handled, at('2026-11-24T06:01:01Z'), none).times, 0)
})

schedules('fire once where a clock is put forward over their time, or back to it', () => {
  const newYork = { cron: '30 2 * * *', timeZone: 'America/New_York' }
  assert.equal(firesOver(newYork, '2026-03-07T12:00:00Z', '2026-03-09T12:00:00Z', 10), [
    '2026-03-08T07:00:00.000Z',
    '2026-03-09T06:30:00.000Z',
  ])
  const fallBack = { cron: '30 1 * * *', timeZone: 'America/New_York' }
  assert.equal(firesOver(fallBack, '2026-10-31T12:00:00Z', '2026-11-02T12:00:00Z', 10), [
    '2026-11-01T05:30:00.000Z',
    '2026-11-02T06:30:00.000Z',
  ])
})

schedules('that repeat keep their distance through a change of the clock', () => {
  const half = { cron: '*/30 * * * *', timeZone: 'America/New_York' }
  assert.is(firesOver(half, '2026-11-01T04:00:00Z', '2026-11-01T08:00:00Z', 10).length, 8)
  assert.is(firesOver(half, '2026-03-08T04:00:00Z', '2026-03-08T08:00:00Z', 10).length, 8)
})

schedules('do not fire again what they fired when the clock goes back a little', () => {
  const handled = { ...DAILY, handledUntil: at('2026-11-24T06:00:05Z') }
  assert.is(dueSchedule(DAILY, handled, at('2026-11-24T05:59:00Z'), LAST).times, 0)
  assert.is(dueSchedule(DAILY, handled, at('2026-11-24T06:00:04Z'), LAST).times, 0)
})

schedules('are not silent for years after a clock that was years ahead', () => {
  const handled = { ...DAILY, handledUntil: at('2031-01-01T00:00:00Z') }
  const now = at('2026-11-24T05:59:00Z')
  const back = dueSchedule(DAILY, handled, now, LAST)
  assert.is(back.times, 0)
  assert.match(back.because, /the clock went back/)
  assert.is(dueSchedule(DAILY, back.handled, at('2026-11-24T06:00:00Z'), LAST).times, 1)
})

schedules('without a next time say so', () => {
  const never = { cron: '0 0 30 2 *', timeZone: 'UTC' }
  assert.is(nextFireTime(never, at('2026-11-24T06:00:00Z')), null)
  assert.match(dueSchedule(never, undefined, at('2026-11-24T06:00:00Z'), LAST).because, /no next time/)
})

schedules.run()
