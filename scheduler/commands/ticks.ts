import { defineListing } from '../listing-command.js'

export const ticks = defineListing({
  command: 'ticks',
  describe: 'List what the daemon decided, newest first: what it made or looked at, and why it did not',
  examples: [['$0 ticks --limit 3', 'The last three decisions']],
  async load() {
    const [{ listTicks }, { tickListing }] = await Promise.all([
      import('../../data/records/ticks.js'),
      import('../../reports/tick-listing.js'),
    ])
    return {
      read: (db, before: number | undefined, count) =>
        listTicks(db, { beforeId: before ?? Number.MAX_SAFE_INTEGER, limit: count }),
      keyOf: ({ id }) => id,
      listing: tickListing,
    }
  },
})
