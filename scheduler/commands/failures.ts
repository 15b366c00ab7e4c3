import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const failures = defineCommand({
  command: 'failures',
  describe: 'List every request that failed in a batch, with its reason and whether it is tried again',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 failures --json', 'One line of JSON a failure'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listFailures }, { failureListing }, { pages }, { printListing }] = await Promise.all([
      import('../../data/records/failures.js'),
      import('../../reports/failure-listing.js'),
      import('../pages.js'),
      import('../print-listing.js'),
    ])
    await withHome(args.home, (db) => {
      const rows = pages(
        (after: number | undefined, count) => listFailures(db, { afterId: after ?? 0, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, failureListing, args.json)
    })
    return exitCodes.done
  },
})
