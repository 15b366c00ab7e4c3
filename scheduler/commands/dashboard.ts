import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption } from '../home-options.js'

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
    const { serveDashboard } = await import('../dashboard/serve-dashboard.js')
    await serveDashboard(args.home, args.host, port)
    return exitCodes.done
  },
})
