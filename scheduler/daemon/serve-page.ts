import process from 'node:process'
import { openDatabase } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { systemClock } from '../../pipeline/clock.js'
import type { Progress } from '../progress.js'

/** Serves the page from the daemon, over a connection of its own: the database tells a connection only of what others commit. */
export async function servePage(
  home: Home,
  port: number,
  progress: Progress,
): Promise<{ close(): Promise<void> }> {
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
