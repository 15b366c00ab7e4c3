import { defineListing } from '../listing-command.js'

export const runs = defineListing({
  command: 'runs',
  describe: 'List the runs, newest first: what was asked for, and how it ended',
  examples: [['$0 runs --limit 5', 'How the last five runs ended, and why']],
  async load() {
    const [{ listRuns }, { findSteps }, { runListing }] = await Promise.all([
      import('../../data/records/runs.js'),
      import('../../data/records/steps.js'),
      import('../../reports/run-listing.js'),
    ])
    return {
      async read(db, before: number | undefined, count) {
        const listed = await listRuns(db, count, before)
        return Promise.all(listed.map(async (run) => ({ ...run, steps: await findSteps(db, run.id) })))
      },
      keyOf: ({ id }) => id,
      listing: runListing,
    }
  },
})
