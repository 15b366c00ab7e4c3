import process from 'node:process'
import { DEFAULT_HOME } from '../reports/home-flag.js'
import { exitCodes } from './exit-codes.js'

/**
 * The arguments of `hemline status [--home FOLDER] [--json]`, typed just so; undefined for every other command line. Of all
 * commands it is the one that is asked in loops and prompts, where loading a parser of command lines would be most of its time.
 */
export function plainStatusArgs([name, ...words]: string[]): { home: string; json: boolean } | undefined {
  if (name !== 'status') return undefined
  const args = { home: DEFAULT_HOME, json: false }
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--json') args.json = true
    else if (word === '--home' && /^[^-]/.test(words[0] ?? '')) args.home = words.shift()!
    else return undefined
  }
  return args
}

/** Runs it, and returns the exit code, as `runCli` does. */
export async function runPlainStatus(args: { home: string; json: boolean }): Promise<number> {
  try {
    const { showStatus } = await import('./show-status.js')
    await showStatus(args)
    return exitCodes.done
  } catch (error) {
    const { reportError } = await import('./report-error.js')
    return reportError(error, process.stderr)
  }
}
