import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'

export const models = defineCommand({
  command: 'models',
  describe: 'List the models that can be asked: prices, how they count pictures, when they end, who says so',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...jsonOption })
      .example('$0 models', 'What is built in, and what models.json of the home says')
      .epilogue('What your own pictures would cost with each: hemline plan --models.'),
  async handler(args) {
    const [{ readCatalogue }, { homeAt }, { modelListing }, { printListing }, { eachOf }] = await Promise.all(
      [
        import('../../data/catalogue/read-catalogue.js'),
        import('../../data/home.js'),
        import('../../reports/model-listing.js'),
        import('../print-listing.js'),
        import('../pages.js'),
      ],
    )
    const { models: known } = await readCatalogue(homeAt(args.home).models)
    await printListing(eachOf(known), modelListing, args.json)
    return exitCodes.done
  },
})
