import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDatabase } from '../../../data/database.js'
import { type Home, homeAt } from '../../../data/home.js'
import { systemClock } from '../../../pipeline/clock.js'
import {
  type Dashboard,
  type DashboardOptions,
  startDashboard,
} from '../../../scheduler/dashboard/dashboard-server.js'

/** A home with the page served from it, and a second connection, as of a process that works there. */
export type DashboardWorld = AsyncDisposable & {
  home: Home
  db: Db
  served: Dashboard
  warnings: string[]
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  head(path: string): Promise<Answer>
  post(path: string, body: object, headers?: Record<string, string>): Promise<Answer>
}

// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = { status: number; headers: Record<string, string>; text: string; json: any }

/** @param folder  a home that is there already; a new one if not given. */
export async function makeDashboardWorld(
  options: Partial<DashboardOptions> = {},
  folder?: string,
): Promise<DashboardWorld> {
  const own = folder ?? (await mkdtemp(join(tmpdir(), 'hemline-page-')))
  const home = homeAt(own)
  const db = await openDatabase(home.database)
  const shown = await openDatabase(home.database)
  const warnings: string[] = []
  const served = await startDashboard({
    ...{ db: shown, home, port: 0, clock: systemClock, warn: (text) => void warnings.push(text) },
    ...options,
  })
  const ask = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    send(served.port, { method, path, headers }, body)
  return {
    ...{ home, db, served, warnings },
    get: (path, headers = {}) => ask('GET', path, headers),
    head: (path) => ask('HEAD', path, {}),
    post: (path, body, headers = {}) =>
      ask('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
    async [Symbol.asyncDispose]() {
      await served.close()
      await shown.destroy()
      await db.destroy()
      if (folder === undefined) await rm(own, { recursive: true, force: true })
    },
  }
}

/** Not `fetch`, which lets nobody choose the Host. */
function send(
  port: number,
  { method, path, headers }: { method: string; path: string; headers: Record<string, string> },
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => {
        const type = response.headers['content-type'] ?? ''
        const json: unknown =
          type.startsWith('application/json') && text !== '' ? JSON.parse(text) : undefined
        const headers = response.headers as Record<string, string>
        resolve({ status: response.statusCode!, headers, text, json })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}
