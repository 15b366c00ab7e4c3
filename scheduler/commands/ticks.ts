import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const ticks = defineCommand({
  command: 'ticks',
  describe: 'List what the daemon decided, newest first: what it made or looked at, and why it did not',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 ticks --limit 3', 'The last three decisions'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listTicks }, { tickListing }, { pages }, { printListing }] = await Promise.all([
      import('../../data/records/ticks.js'),
      import('../../reports/tick-listing.js'),
      import('../pages.js'),
      import('../print-listing.js'),
    ])
    await withHome(args.home, (db) => {
      const rows = pages(
        (before: number | undefined, count) =>
          listTicks(db, { beforeId: before ?? Number.MAX_SAFE_INTEGER, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, tickListing, args.json)
    })
    return exitCodes.done
  },
})
