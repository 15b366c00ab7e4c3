import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'

/** Bare `hemline`. */
export const overview = defineCommand({
  command: '$0',
  describe: false,
  builder: (yargs) => yargs.options(homeOption),
  async handler(args) {
    const [{ loadOverview }, { formatOverview }, { print }, { systemClock }] = await Promise.all([
      import('../load-overview.js'),
      import('../../reports/overview.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
    ])
    const now = systemClock.now()
    await print(formatOverview(await loadOverview(args.home, process.env, now), now))
    return exitCodes.done
  },
})
