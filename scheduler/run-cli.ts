import process from 'node:process'
import yargs, { type Argv } from 'yargs'
import type { Command } from './command.js'
import { actions } from './commands/actions.js'
import { adopt } from './commands/adopt.js'
import { batches } from './commands/batches.js'
import { cancel } from './commands/cancel.js'
import { clean } from './commands/clean.js'
import { completion } from './commands/completion.js'
import { config } from './commands/config.js'
import { cost } from './commands/cost.js'
import { daemon } from './commands/daemon.js'
import { dashboard } from './commands/dashboard.js'
import { demo } from './commands/demo.js'
import { doctor } from './commands/doctor.js'
import { explain } from './commands/explain.js'
import { exportPosts } from './commands/export.js'
import { failures } from './commands/failures.js'
import { images } from './commands/images.js'
import { init } from './commands/init.js'
import { materialize } from './commands/materialize.js'
import { models } from './commands/models.js'
import { overview } from './commands/overview.js'
import { plan } from './commands/plan.js'
import { posts } from './commands/posts.js'
import { recover } from './commands/recover.js'
import { requests } from './commands/requests.js'
import { resubmit } from './commands/resubmit.js'
import { retry } from './commands/retry.js'
import { runs } from './commands/runs.js'
import { serveLocal } from './commands/serve-local.js'
import { status } from './commands/status.js'
import { ticks } from './commands/ticks.js'
import { exitCodes } from './exit-codes.js'
import { packageVersion } from './package-version.js'
import { reportError } from './report-error.js'
import { UsageError } from './usage-error.js'
import { explainUsage } from './usage-message.js'

/** Every command, in the order of the help. Each file holds its options and loads what it needs when it runs. */
const commands = [
  overview,
  materialize,
  plan,
  daemon,
  dashboard,
  demo,
  init,
  config,
  doctor,
  status,
  explain,
  runs,
  ticks,
  batches,
  adopt,
  resubmit,
  retry,
  cancel,
  actions,
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
  completion,
]

/**
 * Runs one command line and returns its exit code (see `exit-codes.ts`). Results go to stdout, everything else to stderr;
 * an error that was foreseen is two lines, `error:` and `hint:`, with the stack only under `--debug`.
 *
 * @param argv  the words after the program's name.
 */
export async function runCli(argv: string[]): Promise<number> {
  let exitCode: number = exitCodes.done
  try {
    // `hemline help init` is asked for as often as `hemline init --help`.
    const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv
    await commandLine(words, (code) => (exitCode = code)).parseAsync()
    return exitCode
  } catch (error) {
    return reportError(error, process.stderr, argv.includes('--debug'))
  }
}

/** The name of every command that the help lists, in its order. */
export function listedCommands(): string[] {
  return commands.filter(({ describe }) => describe !== false).map(nameOf)
}

/** What `hemline WORDS --help` prints. */
export async function helpOf(...words: string[]): Promise<string> {
  const argv = [...words, '--help']
  let help = ''
  await commandLine(argv, () => {}).parseAsync(argv, {}, (_error, _args, output) => {
    help = output
  })
  return help
}

function nameOf({ command }: Command): string {
  return String(command).split(' ')[0]!
}

/** @param end  is told the exit code of the command that ran. */
function commandLine(argv: string[], end: (exitCode: number) => void): Argv {
  const parser = yargs(argv)
    .scriptName('hemline')
    .usage('$0 <command>\n\nFashion photos in, described and priced posts out, through the OpenAI Batch API.')
    .epilogue('Without a command: where you are, and what to type next. Examples: hemline COMMAND --help')
    .alias('help', 'h')
    .version(packageVersion())
    .alias('version', 'v')
    .option('debug', {
      type: 'boolean',
      default: false,
      describe: 'Print the stack of an error',
      global: true,
    })
    .strict()
    // Given twice, an option means what it said last.
    .parserConfiguration({ 'duplicate-arguments-array': false })
    .check((args) => refuseEmptyValues(args) && refuseWords(args, argv))
    .wrap(110)
    .exitProcess(false)
    .fail((message, error) => {
      // yargs would run the handler all the same, were this not thrown. Its own errors are about what was typed, too.
      if (error && error.name !== 'YError') throw error
      const { key } = (parser as unknown as Knowing).getOptions()
      throw explainUsage(message, { argv, commands: commands.map(nameOf), options: Object.keys(key) })
    })
  for (const command of commands) {
    const run = command.handler
    parser.command({ ...command, handler: async (args) => end(await run(args as never)) })
  }
  return parser
}

/** yargs tells which options it knows; its types do not. */
type Knowing = { getOptions(): { key: object } }

/** An unset shell variable (`--images "$PHOTOS"`) must not come to mean the folder that one happens to be in. */
function refuseEmptyValues(args: Record<string, unknown>): true {
  const [name] = Object.entries(args).find(([, value]) => value === '') ?? []
  if (name === undefined) return true
  throw new UsageError(`--${name} is empty`, 'Give it a value; is a shell variable not set?')
}

/** yargs passes a word on as NaN where a number is expected. */
function refuseWords(args: Record<string, unknown>, argv: readonly string[]): true {
  const [name] = Object.entries(args).find(([, value]) => Number.isNaN(value)) ?? []
  if (name === undefined) return true
  const at = argv.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`))
  const given = argv[at]?.split('=')[1] ?? argv[at + 1]
  throw new UsageError(`expected --${name} to be a number, got "${given}"`)
}
