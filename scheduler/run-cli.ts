import process from 'node:process'
import yargs from 'yargs'
import { adopt } from './commands/adopt.js'
import { batches } from './commands/batches.js'
import { clean } from './commands/clean.js'
import { cancel } from './commands/cancel.js'
import { config } from './commands/config.js'
import { cost } from './commands/cost.js'
import { daemon } from './commands/daemon.js'
import { demo } from './commands/demo.js'
import { explain } from './commands/explain.js'
import { exportPosts } from './commands/export.js'
import { failures } from './commands/failures.js'
import { images } from './commands/images.js'
import { init } from './commands/init.js'
import { materialize } from './commands/materialize.js'
import { models } from './commands/models.js'
import { plan } from './commands/plan.js'
import { posts } from './commands/posts.js'
import { recover } from './commands/recover.js'
import { requests } from './commands/requests.js'
import { resubmit } from './commands/resubmit.js'
import { runs } from './commands/runs.js'
import { serveLocal } from './commands/serve-local.js'
import { status } from './commands/status.js'
import { ticks } from './commands/ticks.js'
import { exitCodes } from './exit-codes.js'
import { packageVersion } from './package-version.js'
import { reportError } from './report-error.js'
import { UsageError } from './usage-error.js'

/** Every command, in the order of the help. Each file holds its options and loads what it needs when it runs. */
const commands = [
  materialize,
  plan,
  daemon,
  demo,
  init,
  config,
  status,
  explain,
  runs,
  ticks,
  batches,
  adopt,
  resubmit,
  cancel,
  images,
  requests,
  posts,
  failures,
  exportPosts,
  cost,
  models,
  clean,
  recover,
  serveLocal,
]

/**
 * Runs one command line and returns its exit code (see `exit-codes.ts`). Results go to stdout, everything else to stderr;
 * an error that was foreseen is two lines, `error:` and `hint:`, with the stack only under `--debug`.
 *
 * @param argv  the words after the program's name.
 */
export async function runCli(argv: string[]): Promise<number> {
  let exitCode: number = exitCodes.done
  const parser = yargs(argv)
    .scriptName('hemline')
    .usage('$0 <command>\n\nFashion photos in, described and priced posts out, through the OpenAI Batch API.')
    .version(packageVersion())
    .option('debug', {
      type: 'boolean',
      default: false,
      describe: 'Print the stack of an error',
      global: true,
    })
    .strict()
    // Given twice, an option means what it said last.
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .check(refuseEmptyValues)
    .recommendCommands()
    .demandCommand(1, 'Name a command; `hemline demo` shows everything without a key.')
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      // yargs would run the handler all the same, were this not thrown. Its own errors are about what was typed, too.
      throw error && error.name !== 'YError' ? error : new UsageError(message)
    })
  for (const command of commands) {
    const run = command.handler
    parser.command({ ...command, handler: async (args) => void (exitCode = await run(args as never)) })
  }
  try {
    await parser.parseAsync()
    return exitCode
  } catch (error) {
    return reportError(error, process.stderr, argv.includes('--debug'))
  }
}

/** An unset shell variable (`--images "$PHOTOS"`) must not come to mean the folder that one happens to be in. */
function refuseEmptyValues(args: Record<string, unknown>): true {
  const [name] = Object.entries(args).find(([, value]) => value === '') ?? []
  if (name === undefined) return true
  throw new UsageError(`--${name} is empty`, 'Give it a value; is a shell variable not set?')
}
