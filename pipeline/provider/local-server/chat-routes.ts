import { Hono } from 'hono'
import { readChatRequest } from './read-chat-request.js'
import { readJson } from './read-json.js'
import type { Respond } from './respond.js'
import type { ServerEnv } from './server-env.js'

/** Room for a few dozen large pictures. */
const MOST_BODY_BYTES = 128 * 1024 * 1024

/**
 * The routes under `/v1/chat/completions`: one request, answered at once by the responder that also answers batches.
 *
 * @param closing  aborted when the server gives up what it is doing.
 */
export function chatRoutes(respond: Respond, closing: AbortSignal): Hono<ServerEnv> {
  return new Hono<ServerEnv>().post('/', async (c) => {
    const gone = new AbortController()
    c.env.outgoing.once('close', () => gone.abort())
    const request = readChatRequest(await readJson(c.env.incoming, MOST_BODY_BYTES))
    return c.json(await respond(request, AbortSignal.any([gone.signal, closing])))
  })
}
