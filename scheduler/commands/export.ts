import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { homeOption } from '../home-options.js'
import { tellWhile } from '../tell-while.js'
import type { ExportFormat } from '../write-export.js'

const exportFormats = ['json', 'jsonl', 'csv'] as const satisfies readonly ExportFormat[]

export const exportPosts = defineCommand({
  command: 'export',
  describe: 'Write the grouped posts to a file',
  builder: (yargs) =>
    yargs
      .options({
        ...homeOption,
        format: {
          choices: exportFormats,
          defaultDescription: 'as the file is named, else jsonl',
          describe: 'One array; one post a line; or a table with one row an image',
        },
        out: {
          type: 'string',
          requiresArg: true,
          demandOption: true,
          describe: 'The file; it is replaced whole',
        },
      })
      .example('$0 export --out posts.csv', 'For a spreadsheet: no cell can start a formula')
      .example('$0 export --out posts.json', 'Everything, as one array'),
  async handler(args) {
    const [{ withHome }, { writeExport }, { formatCountOf }] = await Promise.all([
      import('../open-home.js'),
      import('../write-export.js'),
      import('../../reports/numbers.js'),
    ])
    const format = args.format ?? formatNamed(args.out)
    const posts = await tellWhile(process.stderr, `Writing ${args.out}`, () =>
      withHome(args.home, (db) => writeExport(db, format, args.out)),
    )
    process.stdout.write(`${formatCountOf(posts, 'post')} written to ${args.out}\n`)
    return exitCodes.done
  },
})

/** `posts.csv` is a table, whatever the default. */
function formatNamed(path: string): ExportFormat {
  return exportFormats.find((format) => path.toLowerCase().endsWith(`.${format}`)) ?? 'jsonl'
}
