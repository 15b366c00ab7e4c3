import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'

export const explain = defineCommand({
  command: 'explain <asset>',
  describe: 'Why one asset is up to date or not, and what would make it',
  builder: (yargs) =>
    yargs
      .positional('asset', { type: 'string', demandOption: true, describe: 'Key of the asset' })
      .options({ ...homeOption, ...jsonOption })
      .example('$0 explain grouped_posts', 'Its causes, and what above it is out of date'),
  async handler(args) {
    const [
      { loadStatus },
      { formatExplanation, statusJson },
      { print, printObject },
      { systemClock },
      { fashionGraph },
      { select },
    ] = await Promise.all([
      import('../load-status.js'),
      import('../../reports/status-table.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
      import('../../assets/list.js'),
      import('../../pipeline/engine/selection.js'),
    ])
    const [key] = select(fashionGraph, [args.asset])
    const asset = fashionGraph.get(key!)
    await withHome(args.home, async (db) => {
      const row = (await loadStatus(db)).find(({ key }) => key === asset.key)!
      if (args.json) await printObject({ describe: asset.describe, ...statusJson(row) })
      else await print(formatExplanation(row, asset.describe, systemClock.now()))
    })
    return exitCodes.done
  },
})
