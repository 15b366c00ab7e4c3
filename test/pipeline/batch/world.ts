import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Db, openDatabase } from '../../../data/database.js'
import { ensureAccount } from '../../../data/records/accounts.js'
import { ensureRecipe } from '../../../data/records/recipes.js'
import { type Part, findParts } from '../../../data/records/parts.js'
import { ensureRequests } from '../../../data/records/requests.js'
import type { BatchContext, BatchEvent } from '../../../pipeline/batch/batch-context.js'
import { buildParts } from '../../../pipeline/batch/build-parts.js'
import { customId } from '../../../pipeline/batch/custom-id.js'
import type { PartLimits } from '../../../pipeline/batch/part-limits.js'
import type { Clock } from '../../../pipeline/clock.js'
import type { LocalServerOptions } from '../../../pipeline/provider/local-server/local-server.js'
import { openaiProvider } from '../../../pipeline/provider/openai-provider.js'
import { makeWorld as makeServer } from '../provider/local-server/world.js'
import { type LossyProxy, startLossyProxy } from './lossy-proxy.js'

/** A home's database, a real server behind a proxy, and what the steps of a batch's life get. */
export type World = AsyncDisposable & {
  db: Db
  proxy: LossyProxy
  context: BatchContext
  events: BatchEvent[]
  /** Puts the context's clock forward; the server's stays as it is. */
  advance(ms: number): void
  /** Another process with the same home and provider: nothing is shared but what is on disk. */
  contextWithKey(apiKey: string): Promise<BatchContext>
  /** Writes requests into a part, or more than one when the limits say so. */
  buildParts(requests: number, limits?: Partial<PartLimits>): Promise<Part[]>
}

export async function makeWorld(server: Partial<LocalServerOptions> = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-batch-'))
  const upstream = await makeServer(server)
  const proxy = await startLossyProxy(upstream.url)
  const db = await openDatabase(join(folder, 'hemline.db'))
  const events: BatchEvent[] = []
  let offset = 0
  const clock: Clock = { now: () => new Date(Date.now() + offset), sleep: async () => {} }
  const recipe = { digest: 'd', model: 'gpt-6-luna', profile: 'p', body: '{}' }
  const recipeId = await ensureRecipe(db, recipe, clock.now())
  const contextWithKey = async (apiKey: string): Promise<BatchContext> => {
    const provider = openaiProvider({ apiKey, baseUrl: proxy.url })
    return {
      db,
      provider,
      accountId: await ensureAccount(db, provider.account, clock.now()),
      pathOf: (path) => join(folder, path),
      clock,
      signal: new AbortController().signal,
      notify: (event) => void events.push(event),
    }
  }
  let made = 0
  return {
    db,
    proxy,
    events,
    context: await contextWithKey('key-1'),
    contextWithKey,
    advance: (ms) => void (offset += ms),
    async buildParts(requests, limits = {}) {
      const fingerprints = Array.from({ length: requests }, () => String(++made).padStart(40, '0'))
      const ids = await ensureRequests(db, recipeId, fingerprints)
      const lines = async function* () {
        for (const [fingerprint, id] of ids) {
          const messages = [{ role: 'user', content: `request ${id}` }]
          const body = { model: 'gpt-6-luna', messages }
          const name = customId({ id, fingerprint })
          const line = { custom_id: name, method: 'POST', url: '/v1/chat/completions', body }
          yield {
            requestId: id,
            customId: name,
            line: Buffer.from(`${JSON.stringify(line)}\n`),
            inputTokens: 10,
            imageTokens: 4,
          }
        }
      }
      await buildParts(lines(), {
        db,
        recipeId,
        recipe,
        limits: { requests: 50_000, bytes: 200_000_000, tokens: undefined, ...limits },
        folder: 'batch_jobs',
        prefix: 'test',
        pathOf: (path) => join(folder, path),
        now: clock.now(),
      })
      return findParts(db, 'built')
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
      await db.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
