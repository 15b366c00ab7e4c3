import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../open-home.js'

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
    const [
      again,
      { readCatalogue },
      { homeAt },
      { expectedCost },
      { describeResubmission },
      { atProvider },
      { print },
    ] = await Promise.all([
      import('../../pipeline/batch/resubmit.js'),
      import('../../data/catalogue/read-catalogue.js'),
      import('../../data/home.js'),
      import('../../assets/request/expected-cost.js'),
      import('../../reports/resubmission.js'),
      import('../at-provider.js'),
      import('../print.js'),
    ])
    const named = args['part-or-batch'] as string
    return atProvider(args.home, true, async (context, { provider }) => {
      const result = await again.resubmit(named, args.yes, context)
      if (result.kind === 'found') {
        const { provider_batch_id: id, status } = result.batch
        await print(`The last look found it: batch ${id} (${status}) is ours, so nothing is sent again.`)
        await print('Go on with: hemline materialize')
        return exitCodes.done
      }
      const catalogue = await readCatalogue(homeAt(args.home).models)
      const wanted = { ...result, lane: 'batch' as const }
      const cost = await expectedCost(context.db, wanted, catalogue)
      const isBilled = provider === 'openai'
      await print(describeResubmission({ ...result, named, cost, isBilled }))
      return result.kind === 'given_up' ? exitCodes.done : exitCodes.held
    })
  },
})
