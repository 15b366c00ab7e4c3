import { defineListing } from '../listing-command.js'

export const batches = defineListing({
  command: 'batches',
  describe: 'List the batches, newest first: state, progress, and how their requests ended',
  examples: [['$0 batches', 'What is at the provider, and for how long yet']],
  async load({ home }) {
    const [{ listBatches }, { batchListing }, { systemClock }] = await Promise.all([
      import('../../data/records/batches.js'),
      import('../../reports/batch-listing.js'),
      import('../../pipeline/clock.js'),
    ])
    return {
      read: (db, before: number | undefined, count) =>
        listBatches(db, { beforeId: before ?? Number.MAX_SAFE_INTEGER, limit: count }),
      keyOf: ({ id }) => id,
      listing: batchListing(systemClock.now(), home),
    }
  },
})
