import type { IncomingMessage } from 'node:http'
import { RespondError } from './respond.js'

/**
 * Reads the JSON body of a request.
 *
 * @throws RespondError 413 when it has more than `maxBytes`, which are read and thrown away so that the client gets to see
 *   the answer; 400 when it is not JSON.
 */
export async function readJson(incoming: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= maxBytes) chunks.push(chunk)
    else chunks.length = 0
  }
  if (bytes > maxBytes) {
    const message = `The body of the request has ${bytes} bytes; at most ${maxBytes} are accepted.`
    throw new RespondError({ status: 413, code: 'request_too_large', message })
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    const message = `We could not parse the JSON body of your request (${(error as Error).message}).`
    throw new RespondError({ status: 400, code: 'invalid_json', message })
  }
}
