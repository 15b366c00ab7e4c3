import { systemClock } from '../pipeline/clock.js'
import { formatDaemon } from '../reports/daemon-line.js'
import { formatStatus, statusJson } from '../reports/status-table.js'
import { loadStatus } from './load-status.js'
import { withHome } from './open-home.js'
import { print, printObject } from './print.js'
import { terminalWidth } from './terminal-width.js'
import { readHealthFile } from './watch/health-file.js'

/** Prints the state of every asset of a home, and of its daemon. @throws HemlineError `no_home`. */
export function showStatus(args: { home: string; json: boolean }): Promise<void> {
  return withHome(args.home, async (db, home) => {
    const rows = await loadStatus(db)
    const now = systemClock.now()
    const daemon = await readHealthFile(home, now)
    if (args.json) return printObject({ assets: rows.map(statusJson), daemon: daemon ?? null })
    await print(formatStatus(rows, now, terminalWidth()))
    if (daemon) await print(formatDaemon(daemon, now))
  })
}
