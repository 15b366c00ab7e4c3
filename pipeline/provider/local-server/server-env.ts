import type { HttpBindings } from '@hono/node-server'

/** What every route can reach beside the request: the connection as Node.js sees it. */
export type ServerEnv = { Bindings: HttpBindings }
