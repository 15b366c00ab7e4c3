import { imageStates } from '../../data/schema/image-tables.js'
import { defineListing } from '../listing-command.js'

export const images = defineListing({
  command: 'images',
  describe: 'List the images of the last look, and why those that were skipped cannot be used',
  states: imageStates,
  examples: [
    ['$0 images --state skipped', 'What was left out, and why'],
    ['$0 images --json', 'One line of JSON an image'],
  ],
  async load({ state }) {
    const [{ listImages }, { imageListing }] = await Promise.all([
      import('../../data/records/images.js'),
      import('../../reports/image-listing.js'),
    ])
    return {
      read: (db, after: number | undefined, count) =>
        listImages(db, { state, afterId: after ?? 0, limit: count }),
      keyOf: ({ id }) => id,
      listing: imageListing,
    }
  },
})
