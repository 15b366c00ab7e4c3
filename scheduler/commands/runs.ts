import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const runs = defineCommand({
  command: 'runs',
  describe: 'List the runs, newest first: what was asked for, and how it ended',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 runs --limit 5', 'How the last five runs ended, and why'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listRuns }, { findSteps }, { runListing }, { printListing }] = await Promise.all([
      import('../../data/records/runs.js'),
      import('../../data/records/steps.js'),
      import('../../reports/run-listing.js'),
      import('../print-listing.js'),
    ])
    await withHome(args.home, async (db) => {
      const listed = await listRuns(db, limit)
      const withSteps = async function* () {
        for (const run of listed) yield { ...run, steps: await findSteps(db, run.id) }
      }
      await printListing(withSteps(), runListing, args.json)
    })
    return exitCodes.done
  },
})
