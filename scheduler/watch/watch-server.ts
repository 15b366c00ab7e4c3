import { once } from 'node:events'
import type { Server } from 'node:http'
import process from 'node:process'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { Db } from '../../data/database.js'
import { sumChargesByModel } from '../../data/records/charges.js'
import { countLiveBatches, countStates } from '../../data/records/state-counts.js'
import type { Clock } from '../../pipeline/clock.js'
import { isSafeHost } from '../../pipeline/host-name.js'
import { listen } from '../../pipeline/listen.js'
import type { Health } from './health.js'
import { formatMetrics } from './metrics.js'
import { webhookRoute } from './webhook-route.js'

const REQUEST_TIMEOUT_MS = 15_000
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export type WatchServerOptions = {
  /** The address to listen on; 127.0.0.1 if not given. It asks nobody for a password: open it to others only behind a proxy. */
  host?: string
  /** Any free one if 0. */
  port: number
  db: Db
  /** How the daemon is now. */
  health(): Promise<Health>
  /** What OpenAI signs its webhooks with; without one they are refused. */
  webhookSecret?: string | undefined
  /** Told the id of a batch that a webhook made due. */
  onWake(batchId: number): void
  clock: Clock
  warn(text: string): void
}

export type WatchServer = { url: string; port: number; close(): Promise<void> }

/**
 * Serves what a daemon is watched and woken by: `GET /health` (503 when it is late), `GET /metrics` for Prometheus, and
 * `POST /webhooks/openai`. Reads the ledger once before it listens, and then only what is added.
 *
 * @throws HemlineError `port_in_use` when another program has the port.
 */
export async function startWatchServer(options: WatchServerOptions): Promise<WatchServer> {
  const { db, clock, onWake, warn } = options
  const scrape = makeScrape(options)
  const host = options.host ?? '127.0.0.1'
  const app = new Hono()
  // What is signed may come by any name; what is read must not be by a page that had its own name lead here.
  app.get('*', async (c, next) => {
    const name = c.req.header('host') ?? ''
    if (isSafeHost(name, host)) return next()
    const message = `this server is not known as "${name}"; name it by its address, such as 127.0.0.1`
    return c.json({ error: { code: 'foreign_host', message } }, 403)
  })
  app.get('/health', async (c) => {
    const health = await options.health()
    return c.json(health, health.status === 'late' ? 503 : 200)
  })
  app.get('/metrics', async (c) => c.body(await scrape(), 200, { 'content-type': METRICS_TYPE }))
  app.route('/webhooks/openai', webhookRoute({ db, secret: options.webhookSecret, clock, onWake }))
  app.onError((error, c) => {
    warn(`${c.req.method} ${c.req.path} failed: ${error.message}`)
    return c.json({ error: { code: 'unexpected', message: 'It failed here; the log says why.' } }, 500)
  })

  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { requestTimeout: REQUEST_TIMEOUT_MS },
  }) as Server
  const port = await listen(server, host, options.port)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function makeScrape({ db, clock, health }: WatchServerOptions): () => Promise<string> {
  return async () =>
    formatMetrics({
      states: await countStates(db),
      live: await countLiveBatches(db),
      charges: await sumChargesByModel(db),
      health: await health(),
      rssBytes: process.memoryUsage.rss(),
      nodeVersion: process.version,
      now: clock.now(),
    })
}
