import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption } from '../open-home.js'

/** Not taken by anything well known. */
export const DASHBOARD_PORT = 4870

export const dashboard = defineCommand({
  command: 'dashboard',
  describe: 'Serve a local page: the graph, the batches, the money and the posts, live',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        port: {
          type: 'number',
          default: DASHBOARD_PORT,
          requiresArg: true,
          describe: 'Where to serve it; 0 takes any free port',
        },
        host: {
          type: 'string',
          default: '127.0.0.1',
          requiresArg: true,
          describe: 'The address to listen on; others than loopback need HEMLINE_DASHBOARD_TOKEN',
        },
      })
      .example('$0 dashboard', 'Until Ctrl-C; look at it while anything else works in the home'),
  async handler(args) {
    const port = wholeNumber('port', args.port, 0, 65_535)
    const [{ startDashboard }, { withHome }, { print }, { systemClock }, { makeProgress }, { untilStopped }] =
      await Promise.all([
        import('../dashboard/dashboard-server.js'),
        import('../open-home.js'),
        import('../print.js'),
        import('../../pipeline/clock.js'),
        import('../make-progress.js'),
        import('../stop-signal.js'),
      ])
    const progress = makeProgress(process.stderr)
    await withHome(args.home, async (db, home) => {
      const served = await startDashboard({
        ...{ db, home, port, host: args.host, clock: systemClock, warn: progress.warn },
        token: process.env['HEMLINE_DASHBOARD_TOKEN']?.trim() || undefined,
      })
      await print(`Look at ${served.url} (Ctrl-C ends it; nothing else stops with it).`)
      await untilStopped()
      await served.close()
    })
    progress.stop()
    return exitCodes.done
  },
})
