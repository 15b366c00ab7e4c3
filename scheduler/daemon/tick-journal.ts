import { fashionGraph } from '../../assets/list.js'
import type { Db } from '../../data/database.js'
import type { NewRun } from '../../data/records/runs.js'
import { finishTick, repeatTick, startTick } from '../../data/records/ticks.js'
import { selectionText } from '../../pipeline/engine/run-life.js'
import type { TickPlan } from './plan-tick.js'

/** Quiet ticks in a row are counted on disk this often at most. */
const COUNT_INTERVAL_MS = 60_000

/**
 * Writes ticks down before they act. Ticks in a row that decide the same and do nothing share one record, so that a daemon
 * that waits for a day writes next to nothing.
 */
export type TickJournal = {
  /** Returns the tick's id. */
  write(plan: TickPlan, now: Date): Promise<number>
}

export function tickJournal(db: Db): TickJournal {
  let quiet: { id: number; signature: string; uncounted: number; countedAt: Date; lastAt: Date } | undefined

  async function count(now: Date): Promise<void> {
    if (!quiet || quiet.uncounted === 0) return
    await repeatTick(db, quiet.id, quiet.uncounted, quiet.lastAt)
    quiet = { ...quiet, uncounted: 0, countedAt: now }
  }

  return {
    async write(plan, now) {
      const { decisions, observe, schedules, forgotten, action } = plan
      const isMoving = schedules.size > 0 || forgotten.length > 0
      const isQuiet = observe.length === 0 && action.kind !== 'start' && !isMoving
      const signature = JSON.stringify(decisions)
      if (isQuiet && quiet?.signature === signature) {
        quiet = { ...quiet, uncounted: quiet.uncounted + 1, lastAt: now }
        if (Math.abs(+now - +quiet.countedAt) >= COUNT_INTERVAL_MS) await count(now)
        return quiet.id
      }
      await count(now)
      const written = {
        observes: observe,
        decisions,
        schedules: [...schedules].map(([key, { cron, timeZone, handledUntil }]) => ({
          ...{ asset_key: key, cron, time_zone: timeZone, handled_until: handledUntil.toISOString() },
        })),
        forgotten,
        runs: runsOf(action),
      }
      const id = await startTick(db, written, now)
      // Its runs are rows by now; only looks at sources are left to be done.
      if (observe.length === 0) await finishTick(db, id, now)
      quiet = isQuiet ? { id, signature, uncounted: 0, countedAt: now, lastAt: now } : undefined
      return id
    },
  }
}

function runsOf(action: TickPlan['action']): NewRun[] {
  if (action.kind !== 'start') return []
  const selection = selectionText(fashionGraph, action.selection)
  return Array.from({ length: action.times }, () => ({ selection, trigger: 'clock' }))
}
