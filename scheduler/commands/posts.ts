import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { wholeNumber } from '../flag-values.js'
import { homeOption, jsonOption, withHome } from '../open-home.js'
import { terminalWidth } from '../terminal-width.js'
import { limitOption } from './limit-option.js'

export const posts = defineCommand({
  command: 'posts',
  describe: 'List the grouped posts: what they show, and how many of their images are described',
  builder: (yargs) =>
    yargs
      .options({ ...homeOption, ...limitOption, ...jsonOption })
      .example('$0 posts --json | head -1', 'The first post with all its analyses'),
  async handler(args) {
    const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
    const [{ listPostRecords }, { formatPosts }, { print, printLines }, { pages }] = await Promise.all([
      import('../../data/records/posts.js'),
      import('../../reports/posts-table.js'),
      import('../print.js'),
      import('../pages.js'),
    ])
    await withHome(args.home, async (db) => {
      const records = pages(
        (after: string | undefined, count) => listPostRecords(db, { afterKey: after ?? '', limit: count }),
        ({ key }) => key,
        args.json ? Infinity : limit,
      )
      if (args.json) return printLines(parsed(records))
      const shown = []
      for await (const record of parsed(records)) shown.push(record)
      await print(formatPosts(shown as Parameters<typeof formatPosts>[0], terminalWidth()))
    })
    return exitCodes.done
  },
})

async function* parsed(rows: AsyncIterable<{ record: string }>): AsyncGenerator<unknown> {
  for await (const { record } of rows) yield JSON.parse(record)
}
