import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../open-home.js'
import { settingOptions } from './setting-options.js'

export const init = defineCommand({
  command: 'init',
  describe: 'Pin the settings of a home, without running anything',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...settingOptions })
      .example('$0 init --images ~/photos', 'Pictures of a folder, with the defaults for the rest')
      .example('$0 init --images posts.csv --model gpt-6-luna --detail low', 'Pictures of a manifest'),
  async handler(args) {
    const [{ homeAt }, { pinSettings, settleSettings }, { readCatalogue }] = await Promise.all([
      import('../../data/home.js'),
      import('../settle-settings.js'),
      import('../../data/catalogue/read-catalogue.js'),
    ])
    const home = homeAt(args.home)
    const { images, provider, model, detail, profile } = args
    const settled = await settleSettings(home, { images, provider, model, detail, profile })
    const catalogue = await readCatalogue(home.models)
    catalogue.get(settled.settings.model)
    await pinSettings(home, settled)
    for (const change of settled.changes) process.stdout.write(`${change}\n`)
    process.stdout.write(`Pinned in ${home.config}. Next: hemline materialize --home ${args.home}\n`)
    return exitCodes.done
  },
})
