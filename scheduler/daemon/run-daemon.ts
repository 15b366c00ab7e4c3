import { shutdownWarning } from '../../assets/plan/shutdown-warning.js'
import { type Db, openDatabase } from '../../data/database.js'
import { type Home, homeAt } from '../../data/home.js'
import { findBatches } from '../../data/records/batches.js'
import { findRuns } from '../../data/records/runs.js'
import { systemClock } from '../../pipeline/clock.js'
import { takeLease } from '../../pipeline/engine/lease.js'
import { isExpected } from '../../pipeline/errors.js'
import { checkModel } from '../execute-run.js'
import { exitCodes } from '../exit-codes.js'
import { thisProcess } from '../holder.js'
import { refuseLostDatabase } from '../lost-database.js'
import type { Progress } from '../progress.js'
import { stopSignal } from '../stop-signal.js'
import { Connections } from './connections.js'
import { watchDaemon } from './daemon-watch.js'
import { daemonSettings } from './daemon-settings.js'
import { lookAfter } from './look-after.js'
import { servePage } from './serve-page.js'

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
 * Looks after a home until it is asked to stop: a tick a second while there is anything to do, and one in ten seconds
 * while there is not, each as short as what it decides takes.
 *
 * @returns  the exit code: 0, or of `once` also 3 (it waits for the provider) and 4 (something is held).
 * @throws HemlineError for a config that cannot be used, and `home_is_busy` when another process holds the home.
 */
export async function runDaemon(options: DaemonOptions, progress: Progress): Promise<number> {
  const home = homeAt(options.home)
  refuseLostDatabase(home)
  const settings = await daemonSettings(home, progress.notify)
  const { settings: first, catalogue } = settings.current()
  checkModel(first, catalogue, systemClock.now())
  const connections = new Connections(home)
  connections.to(first.provider)
  const db = await openDatabase(home.database)
  try {
    const warning = await shutdownWarning(db, first, catalogue, systemClock.now())
    if (warning !== undefined) progress.warn(warning)
    return await holdHome(options, { db, home, settings, connections, progress })
  } finally {
    progress.stop()
    await connections.close()
    await db.destroy()
  }
}

type Opened = {
  db: Db
  home: Home
  settings: Awaited<ReturnType<typeof daemonSettings>>
  connections: Connections
  progress: Progress
}

/** Takes the home's lease, and serves what is to be served, for as long as it is looked after. */
async function holdHome(options: DaemonOptions, opened: Opened): Promise<number> {
  const { db, home, settings, progress } = opened
  const lease = await takeLease(db, thisProcess('daemon'), systemClock)
  try {
    const signal = AbortSignal.any([stopSignal(), lease.lost])
    const watch = await watchDaemon({
      ...{ home, db, clock: systemClock, port: options.port, signal, progress },
      notify: settings.current().notify,
    })
    const { dashboardPort } = options
    const page = dashboardPort === undefined ? undefined : await servePage(home, dashboardPort, progress)
    try {
      await lookAfter(options.once, { ...opened, watch, signal })
      if (signal.aborted && isLost(signal.reason)) throw signal.reason
      return options.once ? await codeOfWhatIsLeft(db) : exitCodes.done
    } finally {
      await page?.close()
      await watch.close()
    }
  } finally {
    await lease.release()
    progress.notify({ kind: 'daemon.stopped' })
  }
}

async function codeOfWhatIsLeft(db: Db): Promise<number> {
  const batches = await findBatches(db, ['held', 'open'])
  if (batches.some(({ state, is_stuck: isStuck }) => state === 'held' || isStuck === 1)) return exitCodes.held
  return (await findRuns(db, ['waiting'])).length > 0 ? exitCodes.waiting : exitCodes.done
}

function isLost(reason: unknown): boolean {
  return isExpected(reason) && reason.code === 'lease_lost'
}
