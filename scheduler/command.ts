import type { Argv, CommandModule } from 'yargs'

/** One command of the CLI: yargs knows its options, and its handler says how it ended. */
export type Command = Omit<CommandModule, 'handler'> & { handler(args: never): Promise<number> }

/** Types a command: the handler's arguments follow from the options. */
export function defineCommand<Args>(command: {
  command: string
  /** False for one that the help does not list. */
  describe: string | false
  builder: (yargs: Argv) => Argv<Args>
  handler: (args: Args) => Promise<number>
}): Command {
  return command as unknown as Command
}
