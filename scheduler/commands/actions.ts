import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption } from '../home-options.js'
import { limitOption } from './limit-option.js'

export const actions = defineCommand({
  command: 'actions',
  describe: 'List what people asked for beside runs, newest first: who, when, and what it came to',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 actions --limit 5', 'The last five cancellations, adoptions and retries'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listActions }, { actionListing }, { withHome }, { pages }, { printListing }] = await Promise.all(
      [
        import('../../data/records/actions.js'),
        import('../../reports/action-listing.js'),
        import('../open-home.js'),
        import('../pages.js'),
        import('../print-listing.js'),
      ],
    )
    await withHome(args.home, (db) => {
      const rows = pages(
        (before: number | undefined, count) =>
          listActions(db, { beforeId: before ?? Number.MAX_SAFE_INTEGER, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, actionListing, args.json)
    })
    return exitCodes.done
  },
})
