import type { Argv } from 'yargs'

/** The assets that a command is about; none means all. */
export function withSelection<T>(yargs: Argv<T>): Argv<T & { selection: string[] }> {
  return yargs.positional('selection', {
    type: 'string',
    array: true,
    default: [] as string[],
    defaultDescription: '*',
    describe: 'Assets: a, a+ (with all below), +a (with all above), 1+a+2, *',
  })
}
