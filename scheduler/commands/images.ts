import { imageStates } from '../../data/schema/image-tables.js'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { limitOption } from './limit-option.js'

export const images = defineCommand({
  command: 'images',
  describe: 'List the images of the last look, and why those that were skipped cannot be used',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        state: { choices: imageStates, describe: 'Only images in this state' },
        ...limitOption,
        ...jsonOption,
      })
      .example('$0 images --state skipped', 'What was left out, and why')
      .example('$0 images --json', 'One line of JSON an image'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listImages }, { imageListing }, { pages }, { printListing }] = await Promise.all([
      import('../../data/records/images.js'),
      import('../../reports/image-listing.js'),
      import('../pages.js'),
      import('../print-listing.js'),
    ])
    await withHome(args.home, (db) => {
      const rows = pages(
        (after: number | undefined, count) =>
          listImages(db, { state: args.state, afterId: after ?? 0, limit: count }),
        ({ id }) => id,
        args.json ? Infinity : limit,
      )
      return printListing(rows, imageListing, args.json)
    })
    return exitCodes.done
  },
})
