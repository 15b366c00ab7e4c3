import process from 'node:process'
import type { Settings } from '../assets/settings.js'
import type { BatchContext } from '../pipeline/batch/batch-context.js'
import { systemClock } from '../pipeline/clock.js'
import { takeLease } from '../pipeline/engine/lease.js'
import { prepareConnection } from './connect.js'
import { thisProcess } from './holder.js'
import { makeProgress } from './make-progress.js'
import { withHome } from './open-home.js'
import { settleSettings } from './settle-settings.js'
import { stopSignal } from './stop-signal.js'

/**
 * Opens a home and its provider, as they are pinned, for one command of a person.
 *
 * @param isAlone  whether it changes what a run works on, and so needs that no run works in the home.
 * @throws HemlineError `no_home`, `no_key`, and `home_is_busy` where it has to be alone.
 */
export async function atProvider<T>(
  folder: string,
  isAlone: boolean,
  use: (context: BatchContext, settings: Settings) => Promise<T>,
): Promise<T> {
  return withHome(folder, async (db, home) => {
    const { settings } = await settleSettings(home, {})
    const connection = prepareConnection(settings, home, process.env, systemClock)
    const progress = makeProgress(process.stderr)
    const lease = isAlone ? await takeLease(db, thisProcess('run'), systemClock) : undefined
    try {
      const context: BatchContext = {
        db,
        ...(await connection.connect(db)),
        pathOf: home.pathOf,
        clock: systemClock,
        signal: lease ? AbortSignal.any([stopSignal(), lease.lost]) : stopSignal(),
        notify: progress.notify,
      }
      return await use(context, settings)
    } finally {
      progress.stop()
      await lease?.release()
      await connection.close()
    }
  })
}
