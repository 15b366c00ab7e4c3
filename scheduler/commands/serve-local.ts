import process from 'node:process'
import { defineCommand } from '../command.js'
import { exitCodes } from '../exit-codes.js'
import { untilStopped } from '../stop-signal.js'
import { wholeNumber } from '../flag-values.js'

export const serveLocal = defineCommand({
  command: 'serve-local',
  describe: 'Serve the OpenAI Batch API on this machine',
  builder: (yargs) =>
    yargs
      .options({
        directory: {
          type: 'string',
          default: '.hemline-server',
          requiresArg: true,
          describe: 'Where files and batches are kept',
        },
        port: {
          type: 'number',
          default: 8399,
          requiresArg: true,
          describe: 'Port on the loopback interface',
        },
        upstream: {
          type: 'string',
          requiresArg: true,
          describe: 'Base URL of an OpenAI-compatible chat endpoint that answers the requests',
        },
        faults: {
          type: 'string',
          requiresArg: true,
          describe: 'A fault script (JSON): what the server does to its clients, to rehearse a bad day',
        },
        concurrency: {
          type: 'number',
          default: 4,
          requiresArg: true,
          describe: 'Requests worked on at once',
        },
      })
      .example('$0 serve-local', 'Answer from pixels, without a model')
      .example('$0 serve-local --upstream http://127.0.0.1:11434/v1', 'Give Ollama a Batch API')
      .epilogue('A key that the upstream wants is read from HEMLINE_UPSTREAM_KEY.'),
  async handler(args) {
    const [{ startLocalServer }, { chooseResponder }, { systemClock }] = await Promise.all([
      import('../../pipeline/provider/local-server/local-server.js'),
      import('../local-responder.js'),
      import('../../pipeline/clock.js'),
    ])
    const server = await startLocalServer({
      directory: args.directory,
      port: wholeNumber('port', args.port, 0, 65_535),
      concurrency: wholeNumber('concurrency', args.concurrency, 1, 1_000),
      respond: chooseResponder(args.upstream, process.env),
      clock: systemClock,
      ...(args.faults === undefined ? {} : { faults: await readFaults(args.faults) }),
    })
    process.stdout.write(
      `Serving the Batch API at ${server.url}\nState: ${args.directory}. Stop with Ctrl-C.\n`,
    )
    process.stdout.write(`Use it from any client: OPENAI_BASE_URL=${server.url} OPENAI_API_KEY=local\n`)
    await untilStopped()
    await server.close()
    return exitCodes.done
  },
})

async function readFaults(path: string) {
  const [{ readFile }, { parseFaultScript }, { UsageError }] = await Promise.all([
    import('node:fs/promises'),
    import('../../pipeline/provider/local-server/faults/fault-script.js'),
    import('../usage-error.js'),
  ])
  const unreadable = (problem: unknown): never => {
    throw new UsageError(
      `--faults names "${path}", which cannot be read: ${(problem as Error).message}`,
      'Name a JSON file such as { "rules": [ { "fault": "line_error", "chance": 0.1 } ] }; docs/daemon.md shows more.',
    )
  }
  const text = await readFile(path, 'utf8').catch(unreadable)
  return parseFaultScript(parse(text, unreadable))
}

function parse(text: string, unreadable: (problem: unknown) => never): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return unreadable(error)
  }
}
