import { ledgerViews } from '../../data/records/ledger-views.js'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption } from '../home-options.js'
import { limitOption } from './limit-option.js'

export const cost = defineCommand({
  command: 'cost [view]',
  describe: 'What the answers cost, from the usage that each reports; `cost compare`: the three methods',
  builder: (yargs) =>
    yargs
      .positional('view', {
        choices: ['compare'] as const,
        describe: 'The three methods side by side, for your own pictures where there are some',
      })
      .options({
        ...homeOption,
        by: { choices: ledgerViews, default: 'batch' as const, describe: 'What a row stands for' },
        format: {
          choices: ['table', 'json', 'csv', 'md'] as const,
          describe: 'Table, one JSON object, CSV, or Markdown [table]',
        },
        published: {
          type: 'boolean',
          default: false,
          describe:
            'With compare: the published comparison, and what its pictures really cost; needs no home',
        },
        ...limitOption,
        ...jsonOption,
      })
      .example('$0 cost --by method', 'Estimated against reported, for each method')
      .example('$0 cost --by post --format csv', 'What each post cost, for a spreadsheet')
      .example('$0 cost compare', 'Verbose one by one, compact one by one, compact in a batch')
      .example('$0 cost --json', 'Exact integers, in nano-dollars (1,000,000,000 are $1)'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const format = args.json ? 'json' : (args.format ?? 'table')
    if (args.view === 'compare') {
      const { printComparison } = await import('../print-comparison.js')
      await printComparison({ home: args.home, isPublished: args.published, format })
    } else {
      const { printLedger } = await import('../print-ledger.js')
      await printLedger({ home: args.home, by: args.by, limit, format })
    }
    return exitCodes.done
  },
})
