import { fashionGraph } from '../../assets/list.js'
import type { Db } from '../../data/database.js'
import { findRun, requeueRuns } from '../../data/records/runs.js'
import { findStartedTicks, finishTick } from '../../data/records/ticks.js'
import type { RunResult } from '../../pipeline/engine/materialize.js'
import { observeSources } from '../../pipeline/engine/observe-sources.js'
import { closeRun, selectedKeys } from '../../pipeline/engine/run-life.js'
import { type Executor, type FinishedRun, type WantedRun, checkModel, executeRun } from '../execute-run.js'
import { observeResources } from '../observe-resources.js'
import { settleSending } from '../sending.js'
import type { Automation } from './automation.js'
import { loadTick } from './load-tick.js'
import { type Pause, type TickPlan, planTick } from './plan-tick.js'
import { tickJournal } from './tick-journal.js'

/** What a scheduler works with; asked for anew before each tick, because a person may edit the config meanwhile. */
export type SchedulerTools = Executor & {
  automation: Automation
  /** Told how each run ended. */
  ended?(run: Pick<FinishedRun, 'runId' | 'state' | 'error'> & Partial<FinishedRun>): void
}

export type Scheduler = {
  /** One tick: decides, writes that down, and acts. Says whether it did anything, so that another should follow. */
  tick(): Promise<boolean>
  /** What waits for the provider is due at the next tick. */
  wake(): void
  /** The last tick; undefined before the first. */
  last(): { id: number; at: Date } | undefined
}

const FIRST_PAUSE_MS = 60_000
const LONGEST_PAUSE_MS = 60 * 60_000

/**
 * Everything that a daemon does but the timing of its ticks. The caller holds the executor's lease. It may be killed at any
 * point: a tick is written before it acts, its runs are rows from the same commit on, and whoever comes next redoes the
 * looks that were begun and goes on with the runs.
 */
export async function makeScheduler(db: Db, tools: () => Promise<SchedulerTools>): Promise<Scheduler> {
  const journal = tickJournal(db)
  let last: { id: number; at: Date } | undefined
  let isWoken = false
  let pause: (Pause & { times: number }) | undefined
  await redoTicks(db, await tools())

  return {
    last: () => last,
    wake: () => void (isWoken = true),

    async tick() {
      const current = await tools()
      const { clock, automation, signal } = current
      if (signal.aborted) return false
      const input = await loadTick(db, automation, clock.now())
      const waiting = input.waiting && isWoken ? { ...input.waiting, until: input.now } : input.waiting
      isWoken = false
      const plan = planTick({ ...input, waiting, pause })
      const id = await journal.write(plan, input.now)
      last = { id, at: input.now }
      tell(id, plan, current)
      if (plan.observe.length > 0) {
        await observe(plan.observe, db, current)
        await finishTick(db, id, clock.now())
        return true
      }
      const wanted = await wantedRun(db, plan.action)
      // What waits has said until when, so that no two ticks go on with it at once.
      if (wanted) return (await execute(wanted, current)) !== 'waiting'
      return plan.action.kind === 'start'
    },
  }

  /** A failure outside of any step (no key, a model that was shut down) ends the run, and the clock pauses. */
  async function execute(
    wanted: WantedRun & { runId: number },
    current: SchedulerTools,
  ): Promise<RunResult['state']> {
    const { clock, settings, catalogue, signal, notify } = current
    try {
      checkModel(settings, catalogue, clock.now())
      const run = await executeRun(wanted, current)
      const { state, steps, error } = run
      if (state === 'failed' && steps.length === 0) throw error
      pause = undefined
      current.ended?.(run)
      return state
    } catch (error) {
      if (signal.aborted) return 'interrupted'
      const now = clock.now()
      await closeRun(db, wanted.runId, { state: 'failed', error }, now)
      const times = (pause?.times ?? 0) + 1
      const ms = Math.min(FIRST_PAUSE_MS * 2 ** (times - 1), LONGEST_PAUSE_MS)
      const because = error instanceof Error ? error.message : String(error)
      pause = { times, until: new Date(now.getTime() + ms), because }
      notify({ kind: 'run.failed', run: wanted.runId, error })
      current.ended?.({ runId: wanted.runId, state: 'failed', error })
      return 'failed'
    }
  }
}

/** Goes on with what a process that was killed had begun. */
async function redoTicks(db: Db, tools: SchedulerTools): Promise<void> {
  const { clock, notify } = tools
  for (const run of await requeueRuns(db, clock.now())) {
    notify({ kind: 'run.interrupted', run, because: 'its process ended; it begins again' })
  }
  for (const tick of await findStartedTicks(db)) {
    const sources = (JSON.parse(tick.observes) as string[]).filter((key) => fashionGraph.has(key))
    if (sources.length > 0) await observe(sources, db, tools)
    await finishTick(db, tick.id, clock.now())
  }
}

/** What cannot be looked at is told, and looked at again when its schedule says so. */
async function observe(keys: readonly string[], db: Db, tools: SchedulerTools): Promise<void> {
  const { settings, catalogue, sections, home, clock, signal, notify } = tools
  const sending = settleSending(sections, { method: undefined, maxCostNanoUsd: undefined }, clock.now())
  const resources = observeResources({ db, home, settings, catalogue, sending, notify })
  await observeSources(keys, { graph: fashionGraph, resources, clock, signal, onEvent: notify })
}

async function wantedRun(
  db: Db,
  action: TickPlan['action'],
): Promise<(WantedRun & { runId: number }) | undefined> {
  if (action.kind !== 'queued' && action.kind !== 'continue') return undefined
  const run = (await findRun(db, action.run))!
  const isNew = action.kind === 'queued'
  const isPersons = run.trigger === 'person'
  return {
    runId: run.id,
    selection: selectedKeys(fashionGraph, run.selection),
    // What a person asks for begins with a look; the clock has looked before it decided.
    observes: isNew && isPersons,
    isForced: isNew && run.is_forced === 1,
    waits: false,
    requeues: true,
    limit: run.request_limit ?? undefined,
    isSpread: run.is_spread === 1,
    ofRun: { method: run.method ?? undefined, maxCostNanoUsd: run.max_cost_nano_usd ?? undefined },
    trigger: isPersons ? 'person' : 'clock',
    ...(action.kind === 'continue' ? { except: new Set(action.except) } : {}),
  }
}

function tell(
  tick: number,
  { observe: observes, action, decisions }: TickPlan,
  { notify }: SchedulerTools,
): void {
  const starts = action.kind === 'start' ? action.selection : []
  if (observes.length === 0 && starts.length === 0) return
  const acted = decisions.filter(({ verdict }) => verdict === 'run' || verdict === 'observe')
  const because = acted.map((decision) => `${decision.asset}: ${decision.because}`).join('; ')
  notify({ kind: 'tick.decided', tick, observes, starts, because })
}
