import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Db } from '../../data/database.js'
import { takeDelivery } from '../../data/records/webhook-deliveries.js'
import type { Clock } from '../../pipeline/clock.js'
import { readWebhook } from '../../pipeline/provider/openai-webhook.js'

/** The events that we listen to have some 200 bytes. */
const MAX_BODY_BYTES = 64 * 1024

/**
 * Takes webhooks of OpenAI: a batch that is said to be over is polled now instead of later. Nothing else follows from
 * one; what is true of the batch, the poll finds out.
 *
 * @param secret  undefined: every delivery is answered with 404 and a sentence.
 * @param onWake  told which batch, by its id here, became due.
 */
export function webhookRoute(options: {
  db: Db
  secret: string | undefined
  clock: Clock
  onWake(batchId: number): void
}): Hono {
  const { db, secret, clock, onWake } = options
  const route = new Hono()
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (c) => c.json(errorBody('too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`), 413),
  })
  route.post('/', limit, async (c) => {
    if (secret === undefined) {
      const message = 'No webhook is taken here: start the daemon with OPENAI_WEBHOOK_SECRET set.'
      return c.json(errorBody('no_webhook_secret', message), 404)
    }
    const webhook = await readWebhook(await c.req.text(), c.req.raw.headers, secret)
    if (webhook.kind === 'unsigned') return c.json(errorBody('bad_webhook_signature', webhook.because), 401)
    if (webhook.kind === 'other') return c.json({ outcome: 'ignored' })
    const { id, type, batch } = webhook
    const delivered = await takeDelivery(db, { id, type, batch }, clock.now())
    if (delivered.kind === 'woken') onWake(delivered.batchId)
    return c.json({ outcome: delivered.kind })
  })
  return route
}

function errorBody(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } }
}
