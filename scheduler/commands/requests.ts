import { requestStates } from '../../data/schema/batch-tables.js'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const requests = defineCommand({
  command: 'requests',
  describe: 'List the requests: each picture that was, or will be, asked about',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        state: { choices: requestStates, describe: 'Only requests in this state' },
        ...limitOption,
        ...jsonOption,
      })
      .example('$0 requests --state failed', 'What ended without an answer'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listRequests }, { requestListing }, { pages }, { printListing }] = await Promise.all([
      import('../../data/records/requests.js'),
      import('../../reports/request-listing.js'),
      import('../pages.js'),
      import('../print-listing.js'),
    ])
    await withHome(args.home, (db) => {
      const rows = pages(
        (after: number | undefined, count) =>
          listRequests(db, { state: args.state, afterId: after ?? 0, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, requestListing, args.json)
    })
    return exitCodes.done
  },
})
