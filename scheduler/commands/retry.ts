import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'

export const retry = defineCommand({
  command: 'retry',
  describe: 'Let requests that failed for good be asked again; first it says what that would cost',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        reason: {
          type: 'string',
          requiresArg: true,
          describe: 'Only those that failed for this reason, as `hemline requests --state failed` names it',
        },
        yes: { type: 'boolean', default: false, describe: 'Do it; without it, only the price is printed' },
      })
      .example('$0 retry', 'How many failed, why, and what asking them again is expected to cost')
      .epilogue(
        'They wait for the next run, with all their attempts before them. Exit code 4: not confirmed.',
      ),
  async handler(args) {
    const [{ askAction }, { describeOutcome }, { print }, { priceRetry }] = await Promise.all([
      import('../actions/ask-action.js'),
      import('../../reports/action-outcome.js'),
      import('../print.js'),
      import('../actions/price-retry.js'),
    ])
    const { reason } = args
    if (args.yes) {
      const outcome = await askAction(args.home, { kind: 'retry', arguments: { reason } })
      await print(describeOutcome(outcome, args.home))
      return exitCodes.done
    }
    const { requests, text } = await priceRetry(args.home, reason)
    await print(text)
    return requests === 0 ? exitCodes.done : exitCodes.held
  },
})
