import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { terminalWidth } from '../terminal-width.js'

export const cost = defineCommand({
  command: 'cost [view]',
  describe: 'What the answers cost, from the usage that each reports; `cost compare`: the three methods',
  builder: (yargs) =>
    yargs
      .positional('view', {
        choices: ['compare'] as const,
        describe:
          'The published comparison of three methods, and what its pictures really cost; needs no home',
      })
      .options({ ...homeOption, ...jsonOption })
      .example('$0 cost compare', 'Verbose one by one, compact one by one, compact in a batch')
      .example('$0 cost --json', 'Exact integers, in nano-dollars (1,000,000,000 are $1)'),
  async handler(args) {
    if (args.view === 'compare') return compare(args.json)
    const [{ sumChargesByBatch }, { formatCost, costJson }, { print, printObject }] = await Promise.all([
      import('../../data/records/charges.js'),
      import('../../reports/cost-table.js'),
      import('../print.js'),
    ])
    await withHome(args.home, async (db) => {
      const batches = await sumChargesByBatch(db)
      await (args.json
        ? printObject(costJson(batches))
        : print(formatCost(batches, { width: terminalWidth() })))
    })
    return exitCodes.done
  },
})

async function compare(isJson: boolean): Promise<number> {
  const [{ defaultSettings }, { builtInCatalogue }, published, { print, printObject }] = await Promise.all([
    import('../../assets/settings.js'),
    import('../../data/catalogue/catalogue.js'),
    import('../../reports/published-comparison.js'),
    import('../print.js'),
  ])
  const model = builtInCatalogue.get(published.PUBLISHED.model)
  const today = builtInCatalogue.get(defaultSettings.model)
  const real = [
    ...[published.realRow(model, 'high'), published.realRow(model, 'low')],
    ...[published.realRow(today, 'high'), published.realRow(today, 'low')],
  ]
  await (isJson
    ? printObject(published.publishedJson(model, real))
    : print(published.formatPublished(model, real, terminalWidth())))
  return exitCodes.done
}
