import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'

export const resubmit = defineCommand({
  command: 'resubmit <part-or-batch>',
  describe: 'Say that a batch in doubt never came to be, or is lost: its requests are sent again',
  builder: (yargs) =>
    yargs
      .positional('part-or-batch', {
        type: 'string',
        demandOption: true,
        describe: 'The tasks file, or the id of a stuck batch, as `hemline batches` names them',
      })
      .options({
        ...homeOption,
        yes: {
          type: 'boolean',
          default: false,
          describe: 'Take the risk to pay twice; without it, only the risk is printed',
        },
      })
      .example('$0 resubmit batch_68f2a1', 'What it would cost if the batch exists after all')
      .epilogue('Looks a last time before: a batch that is found is adopted, and nothing is sent again.'),
  async handler(args) {
    const [{ askAction }, { describeOutcome }, { print }] = await Promise.all([
      import('../actions/ask-action.js'),
      import('../../reports/action-outcome.js'),
      import('../print.js'),
    ])
    const named = args['part-or-batch'] as string
    const wanted = { kind: 'resubmit', arguments: { named, is_confirmed: args.yes } } as const
    const outcome = await askAction(args.home, wanted)
    await print(describeOutcome(outcome, args.home))
    return outcome.kind === 'unconfirmed' ? exitCodes.held : exitCodes.done
  },
})
