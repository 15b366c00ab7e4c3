import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'

/** The status of an answer to who asks for a URL by another name; `fetch` lets nobody choose the Host. */
export async function askAs(
  host: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const call = request(url, { headers: { ...headers, host }, agent: false }).end()
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode!
}
