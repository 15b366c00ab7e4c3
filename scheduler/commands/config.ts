import { HemlineError } from '../../pipeline/errors.js'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption, jsonOption } from '../home-options.js'
import { terminalWidth } from '../terminal-width.js'

export const config = defineCommand({
  command: 'config',
  describe: 'Show the settings that are pinned in a home',
  builder: (yargs) =>
    yargs.options({ ...homeOption, ...jsonOption }).example('$0 config --json', 'As one JSON object'),
  async handler(args) {
    const [{ homeAt }, { readConfig }, { print, printObject }, { formatTable }] = await Promise.all([
      import('../../data/home.js'),
      import('../home-config.js'),
      import('../print.js'),
      import('../../reports/table.js'),
    ])
    const home = homeAt(args.home)
    const config = await readConfig(home)
    if (!config) {
      throw new HemlineError({
        code: 'no_home',
        message: `nothing is pinned in "${home.root}" yet`,
        hint: 'Run `hemline init --images FOLDER`, or the first `hemline materialize --images FOLDER`.',
      })
    }
    const { settings, sections } = config
    if (args.json) await printObject({ ...settings, ...sections })
    else {
      const rows = Object.entries({ ...settings, ...sections })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, inWords(value)])
      await print(
        `${formatTable([{ title: 'setting' }, { title: 'value' }], rows, terminalWidth())}\n${home.config}`,
      )
    }
    return exitCodes.done
  },
})

function inWords(value: unknown): string {
  if (value === null) return '(none)'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
