import OpenAI from 'openai'
import * as z from 'zod'

/** What a POST to the webhook endpoint turned out to be. */
export type Webhook =
  /** A batch is over. That is all that is told: how it ended is to be polled. */
  | {
      kind: 'batch_over'
      /** The same for every repeat of the delivery. */
      id: string
      type: string
      /** The provider's id of the batch. */
      batch: string
    }
  /** Signed, but about something else. */
  | { kind: 'other' }
  /** Not what the provider signed in the last 5 minutes. */
  | { kind: 'unsigned'; because: string }

const eventSchema = z.object({
  type: z.enum(['batch.completed', 'batch.failed', 'batch.expired', 'batch.cancelled']),
  data: z.object({ id: z.string().min(1) }),
})

/**
 * Checks who sent a webhook, and reads it.
 *
 * @param body  as it came, byte for byte.
 * @param secret  as OpenAI shows it: `whsec_...`.
 */
export async function readWebhook(body: string, headers: Headers, secret: string): Promise<Webhook> {
  // The client needs a key even where it calls nobody.
  const client = new OpenAI({ apiKey: 'none' })
  let event: unknown
  try {
    event = await client.webhooks.unwrap(body, headers, secret)
  } catch (error) {
    // Only what is signed gets as far as being parsed.
    if (error instanceof SyntaxError) return { kind: 'other' }
    return { kind: 'unsigned', because: (error as Error).message }
  }
  const { data: told } = eventSchema.safeParse(event)
  if (!told) return { kind: 'other' }
  return { kind: 'batch_over', id: headers.get('webhook-id')!, type: told.type, batch: told.data.id }
}
