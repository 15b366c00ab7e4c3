import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'

export const cancel = defineCommand({
  command: 'cancel <batch>',
  describe: 'Ask the provider to cancel a batch; what it answered until then is kept, and charged',
  builder: (yargs) =>
    yargs
      .positional('batch', { type: 'string', demandOption: true, describe: 'Its id at the provider' })
      .options(homeOption)
      .example('$0 cancel batch_68f2a1', 'End it; the next run takes in what it answered')
      .epilogue('Only a run that a person starts after it ended asks the unanswered requests again.'),
  async handler(args) {
    const [{ askAction }, { describeOutcome }, { print }] = await Promise.all([
      import('../actions/ask-action.js'),
      import('../../reports/action-outcome.js'),
      import('../print.js'),
    ])
    const outcome = await askAction(args.home, { kind: 'cancel', arguments: { batch: args.batch } })
    await print(describeOutcome(outcome, args.home))
    return exitCodes.done
  },
})
