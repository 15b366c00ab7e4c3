import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'

export const recover = defineCommand({
  command: 'recover',
  describe:
    'Build a lost database anew, or bring one from a backup up to date, from the home’s files and the provider’s list; pays nothing',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        yes: {
          type: 'boolean',
          default: false,
          describe: 'Keep nothing of a database that can be read: build all of it anew',
        },
        ...jsonOption,
      })
      .example('$0 recover', 'After hemline.db was deleted, damaged, or restored from a backup')
      .epilogue('Stop the daemon before. A database that is there is kept beside the new one.'),
  async handler(args) {
    const [
      { homeAt },
      { settleSettings },
      { recoverHome },
      { makeProgress },
      { describeRecovery, recoveryJson },
      { print, printObject },
    ] = await Promise.all([
      import('../../data/home.js'),
      import('../settle-settings.js'),
      import('../recover-home.js'),
      import('../make-progress.js'),
      import('../../reports/recovery-summary.js'),
      import('../print.js'),
    ])
    const home = homeAt(args.home)
    const { settings } = await settleSettings(home, {})
    const recovery = await recoverHome(home, settings, args.yes, makeProgress(process.stderr))
    if (args.json) await printObject(recoveryJson(recovery))
    else await print(describeRecovery(recovery, args.home))
    return exitCodes.done
  },
})
