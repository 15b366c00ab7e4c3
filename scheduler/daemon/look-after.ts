import process from 'node:process'
import cron from 'node-cron'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { systemClock } from '../../pipeline/clock.js'
import type { ActionTools } from '../actions/carry-out.js'
import { queuedActions } from '../actions/queued-actions.js'
import type { Progress } from '../progress.js'
import type { Connections } from './connections.js'
import type { DaemonWatch } from './daemon-watch.js'
import { dailyCleaning } from './daily-cleaning.js'
import type { DaemonSettings } from './daemon-settings.js'
import { Rest } from './rest.js'
import { type SchedulerTools, makeScheduler } from './scheduler.js'

type Context = {
  db: Db
  home: Home
  settings: { current(): DaemonSettings; read(): Promise<DaemonSettings> }
  connections: Connections
  watch: DaemonWatch
  progress: Progress
  signal: AbortSignal
}

/**
 * Does what is due in a home, tick by tick, until the signal; with `once` only what is due now. The caller holds the
 * executor's lease.
 */
export async function lookAfter(once: boolean, context: Context): Promise<void> {
  const { db, home, watch, progress, signal } = context
  progress.notify({ kind: 'daemon.started', pid: process.pid, home: home.root, once })
  const scheduler = await makeScheduler(db, () => schedulerTools(context))
  watch.watch(scheduler)
  const tellFailure = (error: unknown): void => progress.notify({ kind: 'tick.failed', error })
  const actions = await queuedActions(db, () => actionTools(context), systemClock, tellFailure)
  const clean = dailyCleaning(db, home, { clock: systemClock, notify: progress.notify })
  const work = async (): Promise<void> => {
    // Ticks that act are followed by another at once: what one did may make the next thing due. Between two runs nothing
    // else moves what an action is about.
    do await actions.carryOutAll()
    while (await actions.cancelDuring(() => scheduler.tick()))
    if (!signal.aborted) await clean(context.settings.current().retention)
  }
  if (once) await work()
  else await workUntilStopped(work, context)
}

/** As they are pinned now: a person may edit the config while the daemon runs. */
async function schedulerTools(context: Context): Promise<SchedulerTools> {
  const { db, home, connections, watch, progress, signal } = context
  const { settings, catalogue, sections, automation } = await context.settings.read()
  const { poll_seconds: seconds } = automation
  return {
    ...{ db, home, signal, automation, settings, catalogue, sections },
    clock: systemClock,
    notify: progress.notify,
    connect: connections.to(settings.provider).connect,
    pollIntervalMs: seconds === undefined ? undefined : seconds * 1000,
    ended: watch.tellEnd,
  }
}

/** What people ask for is carried out with the provider that is pinned by then. */
async function actionTools({
  db,
  home,
  settings,
  connections,
  progress,
  signal,
}: Context): Promise<ActionTools> {
  const { provider } = (await settings.read()).settings
  return {
    ...{ db, home, isBilled: provider === 'openai' },
    context: async () => ({
      ...{ db, signal, notify: progress.notify, clock: systemClock, pathOf: home.pathOf },
      ...(await connections.to(provider).connect(db)),
    }),
  }
}

/** Ends a rest that nothing disturbs. */
const BEAT = '*/10 * * * * *'
/** After a tick that failed. */
const PAUSE_MS = 1_000

/** The timer is node-cron's; what is due is decided by what is on record, so a tick that is skipped or late loses nothing. */
async function workUntilStopped(
  work: () => Promise<void>,
  { db, home, signal, progress }: Context,
): Promise<void> {
  const rest = new Rest(db, home, systemClock, signal)
  const beat = { name: 'tick', timezone: 'UTC', suppressMissedWarning: true }
  // In UTC no second is skipped or repeated.
  const task = cron.schedule(BEAT, () => rest.end(), beat)
  const stopping = (): void =>
    progress.notify({ kind: 'daemon.stopping', because: (signal.reason as Error).message })
  if (signal.aborted) stopping()
  else signal.addEventListener('abort', stopping, { once: true })
  while (!signal.aborted) {
    try {
      await rest.prepare()
      await work()
      await rest.untilOver()
    } catch (error) {
      if (!signal.aborted) progress.notify({ kind: 'tick.failed', error })
      await systemClock.sleep(PAUSE_MS, signal)
    }
  }
  await task.destroy()
  rest.close()
}
