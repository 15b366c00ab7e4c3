import type { Db } from '../data/database.js'
import type { Listing } from '../reports/listing.js'
import { type Command, defineCommand } from './command.js'
import { limitOption } from './commands/limit-option.js'
import { exitCodes } from './exit-codes.js'
import { wholeNumber } from './flag-values.js'
import { homeOption, jsonOption } from './home-options.js'

/** Where the rows come from, page by page, and how they are shown. */
export type Listed<Row, Key> = {
  /** The next rows after the one with this key; undefined at the start. Empty after the last page. */
  read(db: Db, after: Key | undefined, count: number): Promise<Row[]>
  keyOf(row: Row): Key
  listing: Listing<Row>
}

/** Declares a command that lists records of a home: as a table of so many rows, or all of them as JSON lines. */
export function defineListing<Row, Key, State extends string = never>(command: {
  command: string
  describe: string
  /** Of the records, those in one state. */
  states?: readonly State[]
  examples: readonly (readonly [command: string, purpose: string])[]
  load(args: { home: string; state: State | undefined }): Promise<Listed<Row, Key>>
}): Command {
  const stateOption = command.states && {
    state: { choices: command.states, describe: `Only ${command.command} in this state` },
  }
  return defineCommand({
    command: command.command,
    describe: command.describe,
    builder: (yargs) => {
      const all = yargs.options({ ...homeOption, ...stateOption, ...limitOption, ...jsonOption })
      for (const [line, purpose] of command.examples) all.example(line, purpose)
      return all
    },
    async handler(args) {
      const limit = wholeNumber('limit', args.limit, 1, 1_000_000_000)
      const { state } = args as { state?: State }
      const [{ read, keyOf, listing: all }, { withHome }, { pages }, { printListing }] = await Promise.all([
        command.load({ home: args.home, state }),
        import('./open-home.js'),
        import('./pages.js'),
        import('./print-listing.js'),
      ])
      // That none is in a state does not mean that there are none.
      const listing = state ? { ...all, empty: `No ${command.command} are in the state "${state}".` } : all
      await withHome(args.home, (db) => {
        const next = (after: Key | undefined, count: number): Promise<Row[]> => read(db, after, count)
        return printListing(pages(next, keyOf, args.json ? Infinity : limit), listing, args.json)
      })
      return exitCodes.done
    },
  })
}
