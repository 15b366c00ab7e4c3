import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import type { Clock } from '../../pipeline/clock.js'
import { HemlineError } from '../../pipeline/errors.js'
import { listen } from '../../pipeline/listen.js'
import type { Overview } from '../../reports/dashboard-wire.js'
import { readConfig } from '../home-config.js'
import { actionRoutes } from './action-routes.js'
import { isLoopback, makeGuard } from './guard.js'
import { Live } from './live.js'
import { loadOverview } from './load-overview.js'
import { moneyRoutes } from './money-routes.js'
import { pageFiles } from './page-files.js'
import { makeSearchable, postRoutes } from './post-routes.js'
import { recordRoutes } from './record-routes.js'
import { Thumbnails } from './thumbnails.js'

/** A line that proxies and browsers do not mind, so that a connection that is gone is noticed. */
const KEEP_ALIVE_MS = 15_000

export type DashboardOptions = {
  /** Its own connection: what it commits itself, the database does not tell it about. */
  db: Db
  home: Home
  /** The address to listen on; 127.0.0.1 if not given. */
  host?: string | undefined
  /** Any free one if 0. */
  port: number
  /** Who looks has to know it; must be given to listen on anything but the loopback interface. */
  token?: string | undefined
  clock: Clock
  warn(text: string): void
}

export type Dashboard = { url: string; port: number; close(): Promise<void> }

/**
 * Serves the page and what it shows, from the database alone: whichever process works in the home, it is seen here.
 *
 * @throws HemlineError `port_in_use`, `no_dashboard_token` for an address that others can reach, `page_not_built`.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { db, home, clock, warn, token } = options
  const host = options.host ?? '127.0.0.1'
  refuseOpenDoor(host, token)
  const guard = makeGuard({ host, token })
  const live = new Live(db, () => loadOverview(db, home, clock.now()), clock, warn)
  const thumbnails = new Thumbnails(db, home, async () => (await readConfig(home))?.settings.images)
  await live.current()

  const app = new Hono()
  app.use(guard.middleware)
  app.route('/', pageFiles())
  const api = new Hono()
  api.use(async (c, next) => {
    c.header('cache-control', 'no-store')
    await next()
  })
  api.get('/overview', async (c) => c.json({ csrf: guard.csrf, overview: await live.current() }))
  // To HEAD nothing is told: nobody would read it, and nobody say that it is not wanted any more.
  api.get('/events', (c) =>
    c.req.method === 'HEAD' ? c.body(null) : streamSSE(c, (stream) => tell(live, stream, clock)),
  )
  api.route('/actions', actionRoutes({ db, home, clock, refresh: () => live.refresh() }))
  api.route('/', moneyRoutes(db, home, clock))
  api.route('/', recordRoutes(db, home, clock))
  api.route('/', postRoutes(db, thumbnails))
  app.route('/api', api)
  app.notFound((c) => c.json({ error: { code: 'not_found', message: `nothing is at ${c.req.path}` } }, 404))
  app.onError((error, c) => {
    warn(`${c.req.method} ${c.req.path} failed: ${error.message}`)
    return c.json({ error: { code: 'unexpected', message: 'It failed here; the log says why.' } }, 500)
  })

  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  const port = await listen(server, host, options.port)
  const stop = new AbortController()
  const filling = fillSearch(db, live, stop.signal, warn)
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    async close() {
      stop.abort()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await Promise.all([live.close(), filling, thumbnails.close()])
    },
  }
}

function refuseOpenDoor(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < 16) {
    throw new HemlineError({
      code: 'short_dashboard_token',
      message: `HEMLINE_DASHBOARD_TOKEN has ${token.length} characters; it needs at least 16`,
      hint: 'Make one: openssl rand -hex 16',
    })
  }
  if (isLoopback(host) || token !== undefined) return
  throw new HemlineError({
    code: 'no_dashboard_token',
    message: `"${host}" can be reached by others, and the page would show them everything`,
    hint: 'Set HEMLINE_DASHBOARD_TOKEN to a secret of at least 16 characters (openssl rand -hex 16), or leave --host away.',
  })
}

type Stream = Parameters<Parameters<typeof streamSSE>[1]>[0]

/** Sends the overview now and at each change, until the page goes away. */
async function tell(live: Live, stream: Stream, clock: Clock): Promise<void> {
  const gone = new AbortController()
  let latest: Overview | undefined
  let wake = (): void => {}
  const unlisten = live.listen((overview) => {
    latest = overview
    wake()
  })
  stream.onAbort(() => {
    gone.abort()
    wake()
  })
  try {
    while (!gone.signal.aborted) {
      const overview = latest
      latest = undefined
      // Of changes that come faster than they are taken, the last is sent.
      if (overview) await stream.writeSSE({ event: 'overview', data: JSON.stringify(overview) })
      else await stream.write(': \n\n')
      if (latest !== undefined || gone.signal.aborted) continue
      const rest = new AbortController()
      const woken = new Promise<void>((resolve) => (wake = resolve))
      await Promise.race([woken, clock.sleep(KEEP_ALIVE_MS, rest.signal)])
      rest.abort()
    }
  } finally {
    unlisten()
  }
}

/** What an older version grouped is made searchable while nobody waits for it. */
async function fillSearch(
  db: Db,
  live: Live,
  signal: AbortSignal,
  warn: (text: string) => void,
): Promise<void> {
  try {
    let isAnyNew = false
    while (!signal.aborted && (await makeSearchable(db))) {
      isAnyNew = true
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (isAnyNew) await live.refresh()
  } catch (error) {
    warn(`the posts cannot be made searchable: ${(error as Error).message}`)
  }
}
