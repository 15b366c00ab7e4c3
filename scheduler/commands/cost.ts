import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { terminalWidth } from '../terminal-width.js'

export const cost = defineCommand({
  command: 'cost',
  describe: 'What the answers cost, by batch and in all, from the usage that each reports',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...jsonOption })
      .example('$0 cost --json', 'Exact integers, in nano-dollars (1,000,000,000 are $1)'),
  async handler(args) {
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
