import process from 'node:process'
import cron from 'node-cron'
import { shutdownWarning } from '../../assets/plan/shutdown-warning.js'
import { openDatabase } from '../../data/database.js'
import { homeAt } from '../../data/home.js'
import { findBatches } from '../../data/records/batches.js'
import { findRuns } from '../../data/records/runs.js'
import { systemClock } from '../../pipeline/clock.js'
import { takeLease } from '../../pipeline/engine/lease.js'
import { isExpected } from '../../pipeline/errors.js'
import type { ActionTools } from '../actions/carry-out.js'
import { queuedActions } from '../actions/queued-actions.js'
import { type LazyConnection, prepareConnection } from '../connect.js'
import { checkModel } from '../execute-run.js'
import { exitCodes } from '../exit-codes.js'
import { thisProcess } from '../holder.js'
import { refuseLostDatabase } from '../lost-database.js'
import type { Progress } from '../progress.js'
import { stopSignal } from '../stop-signal.js'
import { type DaemonWatch, watchDaemon } from './daemon-watch.js'
import { dailyCleaning } from './daily-cleaning.js'
import { daemonSettings } from './daemon-settings.js'
import { Rest } from './rest.js'
import { makeScheduler } from './scheduler.js'

export type DaemonOptions = {
  home: string
  /** Does what is due now, and leaves; for a line in the system's own cron. */
  once: boolean
  /** Where to serve health, metrics and webhooks, on the loopback interface; undefined: nowhere. */
  port: number | undefined
  /** Where to serve the page, on the loopback interface; undefined: nowhere. */
  dashboardPort: number | undefined
}

/**
 * Looks after a home until it is asked to stop: a tick a second, each as short as what it decides takes.
 *
 * @returns  the exit code: 0, or of `once` also 3 (it waits for the provider) and 4 (something is held).
 * @throws HemlineError for a config that cannot be used, and `home_is_busy` when another process holds the home.
 */
export async function runDaemon(options: DaemonOptions, progress: Progress): Promise<number> {
  const home = homeAt(options.home)
  refuseLostDatabase(home)
  const settings = await daemonSettings(home, progress.notify)
  const { settings: first, catalogue } = settings.current()
  const { provider } = first
  checkModel(first, catalogue, systemClock.now())
  const connections = new Map<string, LazyConnection>()
  const connectionTo = (name: typeof provider): LazyConnection => {
    const known = connections.get(name)
    if (known) return known
    const connection = prepareConnection({ provider: name }, home, process.env, systemClock)
    connections.set(name, connection)
    return connection
  }
  connectionTo(provider)
  const db = await openDatabase(home.database)
  try {
    const warning = await shutdownWarning(db, first, catalogue, systemClock.now())
    if (warning !== undefined) progress.warn(warning)
    const lease = await takeLease(db, thisProcess('daemon'), systemClock)
    try {
      const stop = stopSignal()
      const signal = AbortSignal.any([stop, lease.lost])
      const watch = await watchDaemon({
        ...{ home, db, clock: systemClock, port: options.port, signal, progress },
        notify: settings.current().notify,
      })
      const page = await servePage()
      try {
        return await lookAfter(signal, watch)
      } finally {
        await page?.close()
        await watch.close()
      }
    } finally {
      await lease.release()
      progress.notify({ kind: 'daemon.stopped' })
    }
  } finally {
    progress.stop()
    for (const connection of connections.values()) await connection.close()
    await db.destroy()
  }

  /** Over a connection of its own: the database tells a connection only of what others commit. */
  async function servePage(): Promise<{ close(): Promise<void> } | undefined> {
    const { dashboardPort: port } = options
    if (port === undefined) return undefined
    const { startDashboard } = await import('../dashboard/dashboard-server.js')
    const own = await openDatabase(home.database)
    const token = process.env['HEMLINE_DASHBOARD_TOKEN']?.trim() || undefined
    const served = await startDashboard({
      ...{ db: own, home, port, token, clock: systemClock, warn: progress.warn },
    }).catch(async (error: unknown) => {
      await own.destroy()
      throw error
    })
    progress.notify({ kind: 'daemon.page_served', url: served.url })
    return {
      async close() {
        await served.close()
        await own.destroy()
      },
    }
  }

  async function lookAfter(signal: AbortSignal, watch: DaemonWatch): Promise<number> {
    progress.notify({ kind: 'daemon.started', pid: process.pid, home: home.root, once: options.once })
    const scheduler = await makeScheduler(db, async () => {
      const { settings: pinned, catalogue, sections, automation } = await settings.read()
      const { poll_seconds: seconds } = automation
      return {
        ...{
          db,
          home,
          signal,
          automation,
          settings: pinned,
          catalogue,
          sections,
          clock: systemClock,
          notify: progress.notify,
        },
        connect: connectionTo(pinned.provider).connect,
        pollIntervalMs: seconds === undefined ? undefined : seconds * 1000,
        ended: watch.tellEnd,
      }
    })
    watch.watch(scheduler)
    const actions = await queuedActions(db, () => actionTools(signal), systemClock, tellFailure)
    const clean = dailyCleaning(db, home, { clock: systemClock, notify: progress.notify })
    const rest = new Rest(db, home)
    const work = async (): Promise<void> => {
      if (await rest.isUndisturbed(systemClock.now())) return
      // Ticks that act are followed by another at once: what one did may make the next thing due. Between two runs nothing else moves what an action is about.
      do await actions.carryOutAll()
      while (await scheduler.tick())
      if (signal.aborted) return
      await clean(settings.current().retention)
      await rest.begin(systemClock.now())
    }
    const stopWatching = new AbortController()
    const cancelling = actions.watchCancellations(AbortSignal.any([signal, stopWatching.signal]))
    try {
      if (options.once) await work()
      else await workUntilStopped(work, signal, progress)
    } finally {
      stopWatching.abort()
      await cancelling
    }
    if (signal.aborted && isLost(signal.reason)) throw signal.reason
    return options.once ? await codeOfWhatIsLeft() : exitCodes.done
  }

  /** What people ask for is carried out with the provider that is pinned by then. */
  async function actionTools(signal: AbortSignal): Promise<ActionTools> {
    const { settings: pinned } = await settings.read()
    const { notify } = progress
    return {
      ...{ db, home, isBilled: pinned.provider === 'openai' },
      context: async () => ({
        ...{ db, signal, notify, clock: systemClock, pathOf: home.pathOf },
        ...(await connectionTo(pinned.provider).connect(db)),
      }),
    }
  }

  function tellFailure(error: unknown): void {
    progress.notify({ kind: 'tick.failed', error })
  }

  async function codeOfWhatIsLeft(): Promise<number> {
    const batches = await findBatches(db, ['held', 'open'])
    if (batches.some(({ state, is_stuck: isStuck }) => state === 'held' || isStuck === 1))
      return exitCodes.held
    return (await findRuns(db, ['waiting'])).length > 0 ? exitCodes.waiting : exitCodes.done
  }
}

function isLost(reason: unknown): boolean {
  return isExpected(reason) && reason.code === 'lease_lost'
}

/** The timer is node-cron's; what is due is decided by what is on record, so a tick that is skipped or late loses nothing. */
async function workUntilStopped(
  work: () => Promise<void>,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  let working: Promise<void> = Promise.resolve()
  const task = cron.schedule(
    '* * * * * *',
    () => {
      working = work().catch((error: unknown) => {
        if (!signal.aborted) progress.notify({ kind: 'tick.failed', error })
      })
      return working
    },
    // In UTC no second is skipped or repeated.
    { name: 'tick', timezone: 'UTC', noOverlap: true, suppressMissedWarning: true },
  )
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  progress.notify({ kind: 'daemon.stopping', because: (signal.reason as Error).message })
  await task.destroy()
  await working
}
