import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../open-home.js'

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
    const [{ cancelBatch }, { atProvider }, { print }] = await Promise.all([
      import('../../pipeline/batch/cancel.js'),
      import('../at-provider.js'),
      import('../print.js'),
    ])
    // A run may wait for this very batch: it sees the new status in its next poll.
    const batch = await atProvider(args.home, false, (context) => cancelBatch(args.batch, context))
    const done = `${batch.requests_completed} of ${batch.requests_total} requests were answered so far`
    await print(`Batch ${args.batch} is ${batch.status}; ${done}.`)
    await print('Take them in with: hemline materialize --wait')
    return exitCodes.done
  },
})
