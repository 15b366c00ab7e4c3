import { type ExecFileException, execFile } from 'node:child_process'
import { basename } from 'node:path'
import type { Receiver } from './outbox.js'

/**
 * Runs a program for every message, which it gets on its standard input. Any exit code but 0 is a failure; a program that
 * takes longer than `timeoutMs` is killed.
 *
 * @param command  the program and its arguments, as they are: no shell reads them.
 * @param env  all that the program sees of the environment.
 */
export function commandReceiver(options: {
  command: readonly string[]
  timeoutMs: number
  env: NodeJS.ProcessEnv
}): Receiver {
  const [program = '', ...args] = options.command
  const limits = { env: options.env, timeout: options.timeoutMs, killSignal: 'SIGKILL' } as const
  return {
    name: `the command "${basename(program)}"`,
    give: ({ body }, signal) =>
      new Promise((done, fail) => {
        const child = execFile(program, args, { ...limits, signal }, (error, _stdout, stderr) => {
          if (!error) return done()
          fail(new Error(reasonOf(error, stderr)))
        })
        // A program that does not read its input ends before all of it is written; how it ended is told above.
        child.stdin?.on('error', () => {})
        child.stdin?.end(body)
      }),
  }
}

function reasonOf(error: ExecFileException, stderr: string): string {
  if (error.killed) return 'it took too long, and was killed'
  const said = stderr.trim().split('\n').at(-1) ?? ''
  const how = typeof error.code === 'number' ? `exit code ${error.code}` : (error.code ?? error.message)
  return said === '' ? how : `${how}, ${said}`
}
