import { createHmac } from 'node:crypto'
import type { BatchRecord } from '../../../data/records/batches.js'
import { findBatches } from '../../../data/records/batches.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { packageVersion } from '../../../scheduler/package-version.js'
import { type Pulse, takeHealth } from '../../../scheduler/watch/health.js'
import {
  type WatchServer,
  type WatchServerOptions,
  startWatchServer,
} from '../../../scheduler/watch/watch-server.js'
import { type World, makeWorld } from '../../pipeline/batch/world.js'

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes....').toString('base64')}`

/** A home with a provider, and the server by which its daemon would be watched. */
export type WatchWorld = AsyncDisposable & {
  world: World
  server: WatchServer
  /** The daemon's pulse, to be changed. */
  pulse: Pulse
  /** The batches that the daemon was woken for. */
  woken: number[]
  warnings: string[]
  /** Sends a part of two requests, so that a batch is open. */
  openBatch(): Promise<BatchRecord>
  get(path: string): Promise<Answer>
  /** Sends a webhook, signed unless told otherwise. */
  post(webhook: Partial<Webhook>): Promise<Answer>
}

/** An answer that was read; `json` is undefined where the text is none. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Answer = { status: number; type: string | null; text: string; json: any }

type Webhook = { id: string; body: string; secret: string; at: Date; headers: Record<string, string> }

export async function makeWatchWorld(options: Partial<WatchServerOptions> = {}): Promise<WatchWorld> {
  const world = await makeWorld()
  const { db, clock } = world.context
  const [woken, warnings]: [number[], string[]] = [[], []]
  const pulse: Pulse = {
    pid: 123,
    host: 'atelier',
    version: packageVersion(),
    startedAt: clock.now(),
    heartbeatAt: clock.now(),
    lastTick: null,
    isStopping: false,
  }
  const server = await startWatchServer({
    port: 0,
    db,
    health: () => takeHealth(db, pulse, clock.now()),
    webhookSecret: SECRET,
    onWake: (batchId) => void woken.push(batchId),
    clock,
    warn: (text) => void warnings.push(text),
    ...options,
  })
  return {
    world,
    server,
    pulse,
    woken,
    warnings,
    async openBatch() {
      const [part] = await world.buildParts(2)
      await submitPart(part!, world.context)
      return (await findBatches(db, ['open'])).at(-1)!
    },
    get: (path) => fetch(`${server.url}${path}`).then(readAnswer),
    post: ({ id = 'wh_1', body = '{}', secret = SECRET, at = new Date(), headers = {} }) =>
      fetch(`${server.url}/webhooks/openai`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...sign(id, body, secret, at), ...headers },
      }).then(readAnswer),
    async [Symbol.asyncDispose]() {
      await server.close()
      await world[Symbol.asyncDispose]()
    },
  }
}

export async function readAnswer(response: Response): Promise<Answer> {
  const type = response.headers.get('content-type')
  const text = await response.text()
  const json = type?.startsWith('application/json') ? JSON.parse(text) : undefined
  return { status: response.status, type, text, json }
}

/** As https://www.standardwebhooks.com says. */
function sign(id: string, body: string, secret: string, at: Date): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` }
}
