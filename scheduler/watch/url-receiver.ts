import { createHmac } from 'node:crypto'
import type { Clock } from '../../pipeline/clock.js'
import type { Receiver } from './outbox.js'

/**
 * Posts messages as JSON to a URL. Any answer but 2xx is a failure; redirects are not followed.
 *
 * @param secret  signs them as https://www.standardwebhooks.com says: `whsec_` and Base64, or any text.
 */
export function urlReceiver(options: {
  url: string
  secret: string | undefined
  timeoutMs: number
  clock: Clock
}): Receiver {
  const { url, secret, timeoutMs, clock } = options
  return {
    // The path of a webhook's address is often its password.
    name: new URL(url).origin,
    async give({ id, body }, signal) {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'hemline',
          ...(secret === undefined ? {} : signatureHeaders(id, body, secret, clock.now())),
        },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      }).catch((error: Error) => {
        throw error.cause instanceof Error ? error.cause : error
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`it answered with HTTP ${response.status}`)
    },
  }
}

function signatureHeaders(id: string, body: string, secret: string, now: Date): Record<string, string> {
  const prefix = 'whsec_'
  const key = secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret)
  const seconds = Math.floor(now.getTime() / 1000)
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` }
}
