import { requestStates } from '../../data/schema/batch-tables.js'
import { defineListing } from '../listing-command.js'

export const requests = defineListing({
  command: 'requests',
  describe: 'List the requests: each picture that was, or will be, asked about',
  states: requestStates,
  examples: [['$0 requests --state failed', 'What ended without an answer']],
  async load({ state }) {
    const [{ listRequests }, { requestListing }] = await Promise.all([
      import('../../data/records/requests.js'),
      import('../../reports/request-listing.js'),
    ])
    return {
      read: (db, after: number | undefined, count) =>
        listRequests(db, { state, afterId: after ?? 0, limit: count }),
      keyOf: ({ id }) => id,
      listing: requestListing,
    }
  },
})
