import process from 'node:process'
import { defineCommand } from '../command.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption } from '../home-options.js'
import { DASHBOARD_PORT } from './dashboard.js'

export const daemon = defineCommand({
  command: 'daemon',
  describe:
    'Look after a home: make what is out of date, on cron or when inputs change, and resume what waits',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        port: {
          type: 'number',
          requiresArg: true,
          describe: 'Serve health, metrics and webhooks on this port of the loopback interface; 0 takes any',
        },
        dashboard: {
          type: 'boolean',
          default: false,
          describe: 'Serve the page of `hemline dashboard` as well',
        },
        'dashboard-port': {
          type: 'number',
          default: DASHBOARD_PORT,
          requiresArg: true,
          describe: 'Its port on the loopback interface; 0 takes any',
        },
        once: {
          type: 'boolean',
          default: false,
          describe: 'Do what is due now, and leave; for a line in the system’s own cron',
        },
      })
      .example('$0 daemon', 'Until Ctrl-C or SIGTERM; what it waits for survives any restart')
      .example('$0 daemon --once', 'From cron, say every ten minutes')
      .epilogue(
        'When what is made stands in the "automation" section of the home’s config.json. Exit codes: 0 stopped or done,\n' +
          '1 failed, 2 bad usage; with --once also 3 waiting on the provider, 4 held for a person.',
      ),
  async handler(args) {
    const [{ runDaemon }, { makeProgress }] = await Promise.all([
      import('../daemon/run-daemon.js'),
      import('../make-progress.js'),
    ])
    const port = args.port === undefined ? undefined : wholeNumber('port', args.port, 0, 65_535)
    const dashboardPort = args.dashboard
      ? wholeNumber('dashboard-port', args['dashboard-port'], 0, 65_535)
      : undefined
    const { home, once } = args
    return runDaemon({ home, once, port, dashboardPort }, makeProgress(process.stderr))
  },
})
