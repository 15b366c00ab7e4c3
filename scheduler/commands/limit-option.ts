import type { Options } from 'yargs'

/** Tables are for reading; JSON lines give everything. */
export const limitOption = {
  limit: { type: 'number', default: 50, requiresArg: true, describe: 'Rows of the table (--json gives all)' },
} as const satisfies Record<string, Options>
