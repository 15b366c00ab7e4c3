import { type Context, Hono } from 'hono'
import { requestId } from 'hono/request-id'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { isSafeHost } from '../../host-name.js'
import { batchRoutes } from './batch-routes.js'
import type { BatchRunner } from './batch-runner.js'
import type { BatchStore } from './batch-store.js'
import { chatRoutes } from './chat-routes.js'
import { fileRoutes } from './file-routes.js'
import { callFaults } from './faults/call-faults.js'
import type { FaultPlan } from './faults/fault-plan.js'
import type { FileStore } from './file-store.js'
import { newId } from './new-id.js'
import { type Respond, RespondError, errorBody, serverError } from './respond.js'
import type { ServerEnv } from './server-env.js'

/** What the routes work on. */
export type AppParts = {
  /** The address that is listened on. */
  host: string
  files: FileStore
  batches: BatchStore
  runner: BatchRunner
  respond: Respond
  /** Aborted when nobody waits for answers any more. */
  abandoned: AbortSignal
  log: (event: string, fields: Record<string, unknown>) => void
  faults: FaultPlan | undefined
}

/** The HTTP side of the server: every answer has a request id, and every failure is told in the API's shape. */
export function buildApp({
  host,
  files,
  batches,
  runner,
  respond,
  abandoned,
  log,
  faults,
}: AppParts): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>()
  app.use(requestId({ headerName: 'x-request-id', generator: () => newId('req_') }))
  app.use(async (c, next) => {
    requireHost(c.req.header('host') ?? '', host)
    await next()
  })
  app.use('/v1/*', async (c, next) => {
    requireKey(c.req.header('authorization'))
    await next()
  })
  if (faults) app.use('/v1/*', callFaults(faults))
  app.route('/v1/files', fileRoutes(files, batches))
  app.route('/v1/batches', batchRoutes(batches, files, runner, faults))
  app.route('/v1/chat/completions', chatRoutes(respond, abandoned))
  app.notFound((c) => {
    const message = `Invalid URL (${c.req.method} ${c.req.path})`
    return tellError(c, new RespondError({ status: 404, code: 'unknown_url', message }))
  })
  app.onError((error, c) => {
    if (error instanceof RespondError) return tellError(c, error)
    log('request.failed', { method: c.req.method, path: c.req.path, error: String(error) })
    return tellError(c, serverError())
  })
  return app
}

/** Files hold pictures: a page that had its own name lead here must not read them. */
function requireHost(name: string, boundTo: string): void {
  if (isSafeHost(name, boundTo)) return
  const message = `This server is not known as "${name}": name it by its address, such as 127.0.0.1.`
  throw new RespondError({ status: 403, code: 'foreign_host', message })
}

/** There are no accounts here: any key will do. */
function requireKey(authorization: string | undefined): void {
  if (/^Bearer\s+\S/i.test(authorization ?? '')) return
  const message =
    "You didn't provide an API key: send it as 'Authorization: Bearer KEY'. This server accepts any."
  throw new RespondError({ status: 401, code: 'missing_api_key', message })
}

function tellError(c: Context, error: RespondError): Response {
  return c.json(errorBody(error), error.status as ContentfulStatusCode)
}
