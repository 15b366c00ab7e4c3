import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { makeFolder } from '../../../data/make-folder.js'
import type { Clock } from '../../clock.js'
import { listen } from '../../listen.js'
import { buildApp } from './app.js'
import { BatchRunner } from './batch-runner.js'
import { BatchStore } from './batch-store.js'
import { lockDirectory } from './directory-lock.js'
import { planFaults } from './faults/fault-plan.js'
import type { FaultScript } from './faults/fault-script.js'
import { FileStore } from './file-store.js'
import type { Respond } from './respond.js'

export type LocalServerOptions = {
  /** All state lives here, and survives restarts, also after SIGKILL. One server at a time. */
  directory: string
  /** The address to listen on, 127.0.0.1 if not given. */
  host?: string
  /** The port to listen on; any free one if 0 or not given. */
  port?: number
  /** Answers the requests. */
  respond: Respond
  /** Lines answered at once, 4 if not given. */
  concurrency?: number
  clock: Clock
  log?: (event: string, fields: Record<string, unknown>) => void
  /** What it does to its clients on purpose, to rehearse what providers do; nothing if not given. */
  faults?: FaultScript
}

export type LocalServer = {
  /** The base URL for clients, `http://127.0.0.1:PORT/v1`. */
  url: string
  port: number
  /**
   * Stops between lines, within about a second and whatever connections are open; unfinished batches go on at the next
   * start.
   */
  close(): Promise<void>
}

const DEFAULT_CONCURRENCY = 4
/** A large upload over a slow line takes longer than the 5 minutes that Node.js gives a request. */
const REQUEST_TIMEOUT_MS = 60 * 60_000

/** How long the lines in flight and the open connections get when the server closes. */
const CLOSING_GRACE_MS = 700

/**
 * Starts a server that speaks the Files, Batches and Chat Completions part of the OpenAI API, and answers requests with
 * the given responder. Unfinished batches of an earlier server in the same directory go on.
 *
 * @throws HemlineError `local_server_running` when another server uses the directory, `port_in_use` when another program
 *   has the port.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  makeFolder(options.directory)
  const unlock = lockDirectory(options.directory)
  try {
    const closing = new AbortController()
    const abandoned = new AbortController()
    const host = options.host ?? '127.0.0.1'
    const { app, runner } = await compose({ ...options, host }, closing.signal, abandoned.signal)
    const server = createAdaptorServer({
      fetch: app.fetch,
      serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS },
    }) as Server
    const port = await listen(server, host, options.port ?? 0)
    runner.resume()
    const close = async () => {
      closing.abort()
      const done = Promise.all([runner.settled(), closeServer(server)])
      await atMost(CLOSING_GRACE_MS, done)
      abandoned.abort()
      server.closeAllConnections()
      await done
      unlock()
    }
    let closed: Promise<void> | undefined
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/v1`
    return { url, port, close: () => (closed ??= close()) }
  } catch (error) {
    unlock()
    throw error
  }
}

async function compose(
  options: LocalServerOptions & { host: string },
  closing: AbortSignal,
  abandoned: AbortSignal,
) {
  const { host, directory, clock, respond, concurrency = DEFAULT_CONCURRENCY, log = () => {} } = options
  const faults = options.faults && planFaults(options.faults)
  const files = await FileStore.open(directory, clock)
  const batches = await BatchStore.open(directory, clock)
  await files.removeExpired((id) => batches.isInputInUse(id))
  const runner = new BatchRunner({
    directory,
    files,
    batches,
    respond,
    concurrency,
    clock,
    closing,
    abandoned,
    log,
    faults,
  })
  return { app: buildApp({ host, files, batches, runner, respond, abandoned, log, faults }), runner }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  await closed
}

/** Waits for the work, but not longer than that; by this machine's time, as whoever closes the server waits as well. */
async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([work, late])
  clearTimeout(timer)
}
