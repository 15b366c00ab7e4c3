import type { RunResult } from '../pipeline/engine/materialize.js'

/** What a command tells the shell. Scripts rely on these: they never change their meaning. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command was not understood: unknown option, bad value, unknown asset. */
  badUsage: 2,
  /** The provider works on it; the same command goes on later. */
  waiting: 3,
  /** A person must decide before it goes on. */
  held: 4,
} as const

export function exitCodeOf(state: RunResult['state']): number {
  switch (state) {
    case 'done':
      return exitCodes.done
    case 'waiting':
      return exitCodes.waiting
    case 'held':
      return exitCodes.held
    case 'failed':
    case 'interrupted':
      return exitCodes.failed
  }
}
