import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'

export const explain = defineCommand({
  command: 'explain <asset>',
  describe: 'Why one asset is up to date or not, where that began, and what would make it',
  builder: (yargs) =>
    yargs
      .positional('asset', { type: 'string', demandOption: true, describe: 'Key of the asset' })
      .options({ ...homeOption, ...jsonOption })
      .example('$0 explain grouped_posts', 'Its causes, and what above it is out of date'),
  async handler(args) {
    const [
      { withHome },
      { explainAsset, keyNamed },
      { formatExplanation, statusJson },
      { print, printObject },
      { systemClock },
    ] = await Promise.all([
      import('../open-home.js'),
      import('../load-status.js'),
      import('../../reports/status-table.js'),
      import('../print.js'),
      import('../../pipeline/clock.js'),
    ])
    const key = keyNamed(args.asset)
    await withHome(args.home, async (db) => {
      const { describe, row, roots, decision } = await explainAsset(db, key)
      const found = { describe, ...statusJson(row), root_causes: roots, decision: decision ?? null }
      if (args.json) await printObject(found)
      else await print(formatExplanation(row, describe, roots, decision, systemClock.now()))
    })
    return exitCodes.done
  },
})
