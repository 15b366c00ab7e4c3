import { defineListing } from '../listing-command.js'

export const failures = defineListing({
  command: 'failures',
  describe: 'List every request that failed in a batch, with its reason and whether it is tried again',
  examples: [['$0 failures --json', 'One line of JSON a failure']],
  async load() {
    const [{ listFailures }, { failureListing }] = await Promise.all([
      import('../../data/records/failures.js'),
      import('../../reports/failure-listing.js'),
    ])
    return {
      read: (db, after: number | undefined, count) => listFailures(db, { afterId: after ?? 0, limit: count }),
      keyOf: ({ id }) => id,
      listing: failureListing,
    }
  },
})
