import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const batches = defineCommand({
  command: 'batches',
  describe: 'List the batches, newest first: state, progress, and how their requests ended',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 batches', 'What is at the provider, and for how long yet'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listBatches }, { batchListing }, { pages }, { printListing }, { systemClock }] =
      await Promise.all([
        import('../../data/records/batches.js'),
        import('../../reports/batch-listing.js'),
        import('../pages.js'),
        import('../print-listing.js'),
        import('../../pipeline/clock.js'),
      ])
    await withHome(args.home, (db) => {
      const rows = pages(
        (before: number | undefined, count) =>
          listBatches(db, { beforeId: before ?? Number.MAX_SAFE_INTEGER, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, batchListing(systemClock.now(), args.home), args.json)
    })
    return exitCodes.done
  },
})
