import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { terminalWidth } from '../terminal-width.js'

export const status = defineCommand({
  command: 'status',
  describe: 'What is up to date, what is not, and why; what is at the provider',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...jsonOption })
      .example('$0 status', 'What the next `hemline materialize` would make, and why'),
  async handler(args) {
    const [
      { loadStatus },
      { formatStatus, statusJson },
      { formatDaemon },
      { readHealthFile },
      { print, printObject },
      { systemClock },
    ] = await Promise.all([
      import('../load-status.js'),
      import('../../reports/status-table.js'),
      import('../../reports/daemon-line.js'),
      import('../watch/health-file.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
    ])
    await withHome(args.home, async (db, home) => {
      const rows = await loadStatus(db)
      const now = systemClock.now()
      const daemon = await readHealthFile(home, now)
      if (args.json) return printObject({ assets: rows.map(statusJson), daemon: daemon ?? null })
      await print(formatStatus(rows, now, terminalWidth()))
      if (daemon) await print(formatDaemon(daemon, now))
    })
    return exitCodes.done
  },
})
