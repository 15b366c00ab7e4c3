import { existsSync } from 'node:fs'
import process from 'node:process'
import { openDatabase } from '../../data/database.js'
import { homeAt } from '../../data/home.js'
import { systemClock } from '../../pipeline/clock.js'
import { HemlineError } from '../../pipeline/errors.js'
import { refuseLostDatabase } from '../lost-database.js'
import { makeProgress } from '../make-progress.js'
import { print } from '../print.js'
import { untilStopped } from '../stop-signal.js'
import { startDashboard } from './dashboard-server.js'

/**
 * Serves the page until it is asked to stop. A home that is only pinned is shown as well: empty, to be watched from the start.
 *
 * @throws HemlineError `no_home` for a folder that is none, and as `startDashboard`.
 */
export async function serveDashboard(folder: string, host: string, port: number): Promise<void> {
  const home = homeAt(folder)
  refuseLostDatabase(home)
  if (!existsSync(home.database) && !existsSync(home.config)) {
    throw new HemlineError({
      code: 'no_home',
      message: `there is no hemline home at "${home.root}"`,
      hint: 'Say where your pictures are, then look: hemline init --images FOLDER',
    })
  }
  const progress = makeProgress(process.stderr)
  const db = await openDatabase(home.database)
  try {
    const token = process.env['HEMLINE_DASHBOARD_TOKEN']?.trim() || undefined
    const { warn } = progress
    const served = await startDashboard({ db, home, host, port, token, clock: systemClock, warn })
    await print(`Look at ${served.url} (Ctrl-C ends it; nothing else stops with it).`)
    await untilStopped()
    await served.close()
  } finally {
    progress.stop()
    await db.destroy()
  }
}
