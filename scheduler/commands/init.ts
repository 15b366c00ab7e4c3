import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'
import { settingOptions } from './setting-options.js'

export const init = defineCommand({
  command: 'init',
  describe:
    'Pin the settings of a home, without running anything; asks where your pictures are if you do not say',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...settingOptions })
      .example('$0 init', 'Two questions, and what the answers mean')
      .example('$0 init --images ~/photos', 'Pictures of a folder, with the defaults for the rest')
      .example('$0 init --images posts.csv --model gpt-6-luna --detail low', 'Pictures of a manifest'),
  async handler(args) {
    const [
      { homeAt },
      { pinSettings, settleSettings },
      { readCatalogue },
      { readConfig },
      { describePinned },
      { print },
    ] = await Promise.all([
      import('../../data/home.js'),
      import('../settle-settings.js'),
      import('../../data/catalogue/read-catalogue.js'),
      import('../home-config.js'),
      import('../../reports/pinned-settings.js'),
      import('../print.js'),
    ])
    const home = homeAt(args.home)
    const { images, provider, model, detail, profile } = args
    const isToBeAsked = images === undefined && process.stdin.isTTY && !(await readConfig(home))
    const asked = isToBeAsked ? await ask() : {}
    const settled = await settleSettings(home, { images, provider, model, detail, profile, ...asked })
    const catalogue = await readCatalogue(home.models)
    catalogue.get(settled.settings.model)
    await pinSettings(home, settled)
    for (const change of settled.changes) await print(change)
    await print(describePinned(settled.settings, home.config, args.home))
    return exitCodes.done
  },
})

async function ask() {
  const { askSettings } = await import('../ask-settings.js')
  const hasKey = Boolean(process.env['OPENAI_API_KEY']?.trim())
  return askSettings(process.stdin, process.stderr, hasKey)
}
