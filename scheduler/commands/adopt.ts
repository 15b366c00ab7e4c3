import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'

export const adopt = defineCommand({
  command: 'adopt <batch>',
  describe:
    'Say that a batch at the provider is ours: it is checked, bound to its part, and polled from then on',
  builder: (yargs) =>
    yargs
      .positional('batch', { type: 'string', demandOption: true, describe: 'Its id at the provider' })
      .options({
        ...homeOption,
        part: { type: 'string', requiresArg: true, describe: 'The tasks file that it must be made of' },
      })
      .example('$0 adopt batch_68f2a1', 'The batch that you found in the provider’s list'),
  async handler(args) {
    const [{ askAction }, { describeOutcome }, { print }] = await Promise.all([
      import('../actions/ask-action.js'),
      import('../../reports/action-outcome.js'),
      import('../print.js'),
    ])
    const { batch, part } = args
    const outcome = await askAction(args.home, { kind: 'adopt', arguments: { batch, part } })
    await print(describeOutcome(outcome, args.home))
    return exitCodes.done
  },
})
