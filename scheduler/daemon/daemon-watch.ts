import { hostname } from 'node:os'
import process from 'node:process'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import type { Clock } from '../../pipeline/clock.js'
import { isExpected } from '../../pipeline/errors.js'
import type { FinishedRun } from '../execute-run.js'
import { packageVersion } from '../package-version.js'
import type { Progress } from '../progress.js'
import { removeHealthFile, writeHealthFile } from '../watch/health-file.js'
import { type Health, type Pulse, takeHealth } from '../watch/health.js'
import { makeNotifier } from '../watch/notifier.js'
import type { NotifyConfig } from '../watch/notify-config.js'
import type { WatchServer, WatchServerOptions } from '../watch/watch-server.js'
import type { Scheduler } from './scheduler.js'

const HEARTBEAT_MS = 15_000
/** What is on its way to people gets so long when the daemon ends. */
const CLOSING_MS = 1_000

export type DaemonWatchOptions = {
  home: Home
  db: Db
  clock: Clock
  /** Where to serve health, metrics and webhooks; undefined: nowhere. */
  port: number | undefined
  notify: NotifyConfig | undefined
  signal: AbortSignal
  progress: Progress
}

/** What makes a daemon seen and heard: the health file, the watch server, and word to people. */
export type DaemonWatch = {
  /** Tells people how a run ended, if they asked for that. */
  tellEnd(run: Pick<FinishedRun, 'runId' | 'state' | 'error'> & Partial<FinishedRun>): void
  /** From now on the scheduler's ticks are seen, and webhooks wake it. */
  watch(scheduler: Scheduler): void
  close(): Promise<void>
}

/** @throws HemlineError `port_in_use` when another program has the port. */
export async function watchDaemon(options: DaemonWatchOptions): Promise<DaemonWatch> {
  const { home, db, clock, port, signal, progress } = options
  const startedAt = clock.now()
  const version = packageVersion()
  let scheduler: Scheduler | undefined
  let heartbeatAt = startedAt
  const health = (): Promise<Health> => {
    const last = scheduler?.last()
    const pulse: Pulse = {
      ...{ pid: process.pid, host: hostname(), version, startedAt, heartbeatAt },
      lastTick: last ? { id: last.id, at: last.at.toISOString(), state: 'done' } : null,
      isStopping: signal.aborted,
    }
    return takeHealth(db, pulse, clock.now())
  }
  const server =
    port === undefined
      ? undefined
      : await serve({ port, db, clock, health, onWake: () => scheduler?.wake() }, progress.warn)
  if (server) progress.notify({ kind: 'daemon.listening', url: server.url })
  const notifier =
    options.notify &&
    makeNotifier({ ...options.notify, home: home.root, clock, env: process.env, warn: progress.warn })
  const stopBeating = new AbortController()
  const beating = beat()

  return {
    watch: (watched) => void (scheduler = watched),
    tellEnd({ runId: run, state, steps = [], spent, error }) {
      if (state !== 'failed' && state !== 'held' && state !== 'done') return
      const because =
        steps.find((step) => step.state === state)?.because ?? messageOf(error) ?? `it is ${state}`
      const hint = isExpected(error)
        ? error.hint
        : state === 'held'
          ? 'Look at `hemline batches`.'
          : undefined
      const cost = spent ? { requests: spent.requests, cost_nano_usd: spent.cost_nano_usd } : null
      notifier?.tell({ event: state, run, because, hint, spent: cost })
    },
    async close() {
      stopBeating.abort()
      await beating
      await server?.close()
      await notifier?.close(CLOSING_MS)
      await removeHealthFile(home)
    },
  }

  async function beat(): Promise<void> {
    while (!stopBeating.signal.aborted) {
      heartbeatAt = clock.now()
      // A disk that is full, or a database that is locked, is told by the tick that needs it.
      await health()
        .then((now) => writeHealthFile(home, now))
        .catch(() => {})
      await clock.sleep(HEARTBEAT_MS, stopBeating.signal)
    }
  }
}

async function serve(
  options: Omit<WatchServerOptions, 'warn' | 'webhookSecret'>,
  warn: Progress['warn'],
): Promise<WatchServer> {
  const { startWatchServer } = await import('../watch/watch-server.js')
  const webhookSecret = process.env['OPENAI_WEBHOOK_SECRET']?.trim() || undefined
  return startWatchServer({ ...options, webhookSecret, warn })
}

function messageOf(error: unknown): string | undefined {
  return error instanceof Error ? error.message : undefined
}
