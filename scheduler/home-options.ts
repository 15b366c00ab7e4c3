import type { Options } from 'yargs'
import { DEFAULT_HOME } from '../reports/home-flag.js'

export const homeOption = {
  home: {
    type: 'string',
    default: DEFAULT_HOME,
    describe: 'The folder that holds all records',
    requiresArg: true,
  },
} as const satisfies Record<string, Options>

export const jsonOption = {
  json: { type: 'boolean', default: false, describe: 'Print JSON instead of a table' },
} as const satisfies Record<string, Options>
