import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../open-home.js'

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
    const [{ adoptBatch }, { atProvider }, { print }] = await Promise.all([
      import('../../pipeline/batch/adopt.js'),
      import('../at-provider.js'),
      import('../print.js'),
    ])
    const { kind, batch, part } = await atProvider(args.home, true, (context) =>
      adoptBatch(args.batch, args.part, context),
    )
    const word = batch.state === 'open' ? batch.status : batch.state
    const verb = kind === 'adopted' ? 'Adopted' : 'Already ours'
    await print(`${verb}: batch ${args.batch} (${word}), ${part.requests} requests of ${part.path}.`)
    await print('Go on with: hemline materialize')
    return exitCodes.done
  },
})
