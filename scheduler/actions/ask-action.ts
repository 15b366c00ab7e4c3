import process from 'node:process'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { type ActionRecord, getAction, insertAction } from '../../data/records/actions.js'
import { systemClock } from '../../pipeline/clock.js'
import { type HeldLease, takeLease } from '../../pipeline/engine/lease.js'
import { HemlineError, isExpected } from '../../pipeline/errors.js'
import type { ActionOutcome } from '../../reports/action-outcome.js'
import { type LazyConnection, prepareConnection } from '../connect.js'
import { thisProcess } from '../holder.js'
import { makeProgress } from '../make-progress.js'
import { withHome } from '../open-home.js'
import { isHeldByDaemon } from '../queue-run.js'
import { settleSettings } from '../settle-settings.js'
import { stopSignal } from '../stop-signal.js'
import type { WantedAction } from './action-arguments.js'
import { type ActionTools, carryOut, endLeftActions } from './carry-out.js'
import { failAction } from './fail-action.js'

const LOOK_INTERVAL_MS = 250

/**
 * Writes down what a person asks for, and sees that it is carried out: by the daemon that holds the home, else by this
 * process. Only a cancellation is carried out beside a run.
 *
 * @throws HemlineError what it failed for, as it is on record; `no_home`, and `not_followed` when this process is stopped before.
 */
export async function askAction(folder: string, wanted: WantedAction): Promise<ActionOutcome> {
  return withHome(folder, async (db, home) => {
    const askedBy = process.env['HEMLINE_ASKED_BY'] === 'page' ? 'page' : 'command'
    const action = {
      kind: wanted.kind,
      arguments: JSON.stringify(wanted.arguments),
      asked_by: askedBy,
    } as const
    const id = await insertAction(db, action, systemClock.now())
    const stop = stopSignal()
    while (!stop.aborted) {
      const row = await getAction(db, id)
      if (row.state === 'done') return JSON.parse(row.outcome!) as ActionOutcome
      if (row.state === 'failed') throw errorOf(row)
      const isDaemons = row.state === 'running' || (await isHeldByDaemon(db, systemClock.now()))
      if (!isDaemons && (await carryOutHere(row, db, home, stop))) continue
      await systemClock.sleep(LOOK_INTERVAL_MS, stop)
    }
    throw new HemlineError({
      code: 'not_followed',
      message: `action ${id} is not followed any longer; the daemon carries it out`,
      hint: 'Look at `hemline actions`.',
    })
  })
}

/** False when a daemon was faster: then it is the daemon's. */
async function carryOutHere(action: ActionRecord, db: Db, home: Home, stop: AbortSignal): Promise<boolean> {
  let lease: HeldLease | undefined
  try {
    if (action.kind !== 'cancel') lease = await takeLease(db, thisProcess('run'), systemClock)
    if (lease) await endLeftActions(db, systemClock.now())
    const signal = lease ? AbortSignal.any([stop, lease.lost]) : stop
    await withTools(db, home, signal, (tools) => carryOut(action, tools, systemClock.now))
    return true
  } catch (error) {
    const isBusy = isExpected(error) && error.code === 'home_is_busy'
    if (isBusy && (await isHeldByDaemon(db, systemClock.now()))) return false
    await failAction(db, action.id, error, systemClock.now())
    return true
  } finally {
    await lease?.release()
  }
}

async function withTools(
  db: Db,
  home: Home,
  signal: AbortSignal,
  use: (tools: ActionTools) => Promise<void>,
): Promise<void> {
  const { settings } = await settleSettings(home, {})
  // Only what talks to the provider needs a key.
  let connection: LazyConnection | undefined
  const progress = makeProgress(process.stderr)
  try {
    await use({
      ...{ db, home, isBilled: settings.provider === 'openai' },
      async context() {
        connection ??= prepareConnection(settings, home, process.env, systemClock)
        return {
          ...{ db, signal, clock: systemClock, pathOf: home.pathOf, notify: progress.notify },
          ...(await connection.connect(db)),
        }
      },
    })
  } finally {
    progress.stop()
    await connection?.close()
  }
}

function errorOf({ error_code, error, hint }: ActionRecord): HemlineError {
  const parts = { code: error_code ?? 'unexpected', message: error ?? '' }
  return new HemlineError(hint === null ? parts : { ...parts, hint })
}
