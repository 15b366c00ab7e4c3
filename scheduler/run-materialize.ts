import process from 'node:process'
import { fashionGraph } from '../assets/list.js'
import { shutdownWarning } from '../assets/plan/shutdown-warning.js'
import { tasksFile } from '../assets/tasks-file.js'
import { readCatalogue } from '../data/catalogue/read-catalogue.js'
import { type Db, openDatabase } from '../data/database.js'
import { type Home, homeAt } from '../data/home.js'
import { reviveCancelledRequests } from '../data/records/request-revival.js'
import { requeueRuns } from '../data/records/runs.js'
import { systemClock } from '../pipeline/clock.js'
import { takeLease } from '../pipeline/engine/lease.js'
import { select } from '../pipeline/engine/selection.js'
import { type LazyConnection, prepareConnection } from './connect.js'
import { type Executor, type FinishedRun, checkModel, executeRun } from './execute-run.js'
import { thisProcess } from './holder.js'
import { refuseLostDatabase } from './lost-database.js'
import type { Progress } from './progress.js'
import { queueRun } from './queue-run.js'
import type { SendingOfRun } from './sending.js'
import { type SettingFlags, type SettledSettings, pinSettings, settleSettings } from './settle-settings.js'
import { stopSignal } from './stop-signal.js'

export type MaterializeRequest = SettingFlags & {
  home: string
  selection: string[]
  isForced: boolean
  waits: boolean
  /** At most so many new requests; undefined for all. */
  limit: number | undefined
  /** Whether these are taken from all over the pictures. */
  isSpread?: boolean
  /** How this run sends, and what it may cost; undefined where the config decides. */
  ofRun: SendingOfRun
  /** Undefined: what suits the provider. */
  pollIntervalMs: number | undefined
}

/**
 * One run, from a person's flags to its result: settles and pins the settings, takes the home's lease, materializes, and
 * closes everything that it opened. Where a daemon holds the home, the run waits in its queue, and is followed.
 *
 * @throws HemlineError for what is wrong with the command itself, before anything is written.
 */
export async function runMaterialize(request: MaterializeRequest, progress: Progress): Promise<FinishedRun> {
  const home = homeAt(request.home)
  refuseLostDatabase(home)
  const selected = select(fashionGraph, request.selection)
  const settled = await settleSettings(home, flagsOf(request))
  const catalogue = await readCatalogue(home.models)
  checkModel(settled.settings, catalogue, systemClock.now())
  const connection = prepareConnection(settled.settings, home, process.env, systemClock)
  const db = await openDatabase(home.database)
  try {
    const warning = await shutdownWarning(db, settled.settings, catalogue, systemClock.now())
    if (warning !== undefined) progress.warn(warning)
    // What was cancelled is asked again by whoever says so, and not by the clock.
    if (selected.includes(tasksFile.key)) await reviveCancelledRequests(db)
    const stop = stopSignal()
    const pin = (): Promise<void> => pinAndTell(home, settled, progress)
    const { settings, sections } = settled
    const { connect } = connection
    const { pollIntervalMs } = request
    const tools = {
      db,
      home,
      settings,
      catalogue,
      sections,
      connect,
      pollIntervalMs,
      clock: systemClock,
      notify: progress.notify,
    }
    const queued = await queueRun(request, { ...tools, signal: stop, pin })
    if (queued.kind === 'followed') return queued.run
    return await executeHere({ ...request, ...queued }, { ...tools, signal: stop }, pin)
  } finally {
    progress.stop()
    await close(connection, db)
  }
}

/** Takes the lease, and makes the run in this process. */
async function executeHere(
  request: MaterializeRequest & { runId?: number },
  executor: Executor,
  pin: () => Promise<void>,
): Promise<FinishedRun> {
  const lease = await takeLease(executor.db, thisProcess('run'), systemClock)
  try {
    await pin()
    const { selection, isForced, waits, limit, isSpread = false, ofRun, runId } = request
    if (runId !== undefined) await requeueRuns(executor.db, systemClock.now())
    return await executeRun(
      {
        ...{ selection, isForced, waits, limit, isSpread, ofRun, observes: true, trigger: 'person' },
        ...(runId === undefined ? {} : { runId }),
      },
      { ...executor, signal: AbortSignal.any([executor.signal, lease.lost]) },
    )
  } finally {
    await lease.release()
  }
}

function flagsOf({ images, provider, model, detail, profile }: MaterializeRequest): SettingFlags {
  return { images, provider, model, detail, profile }
}

async function pinAndTell(home: Home, settled: SettledSettings, progress: Progress): Promise<void> {
  for (const change of settled.changes)
    progress.say(`setting changed, and pinned in ${home.config}: ${change}`)
  await pinSettings(home, settled)
}

async function close(connection: LazyConnection, db: Db): Promise<void> {
  try {
    await connection.close()
  } finally {
    await db.destroy()
  }
}
