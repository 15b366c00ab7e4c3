import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'

export const status = defineCommand({
  command: 'status',
  describe: 'What is up to date, what is not, and why; what is at the provider',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...jsonOption })
      .example('$0 status', 'What the next `hemline materialize` would make, and why'),
  async handler(args) {
    const { showStatus } = await import('../show-status.js')
    await showStatus(args)
    return exitCodes.done
  },
})
