import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../../pipeline/clock.js'
import type { Mask } from '../../pipeline/mask.js'
import { SECRET_NAMES, maskSecretsOf } from '../secrets.js'
import { commandReceiver } from './command-receiver.js'
import type { News } from './news.js'
import type { NotifyConfig } from './notify-config.js'
import { type Message, Outbox, type Receiver } from './outbox.js'
import { urlReceiver } from './url-receiver.js'

const TIMEOUT_MS = 10_000

/** Tells people who are not watching. */
export type Notifier = {
  /** Returns at once, and never throws: delivery goes on by itself. Every end of a run is to be told, wanted or not. */
  tell(news: News): void
  /** Waits for what is on its way, but no longer than that; then drops it. */
  close(withinMs: number): Promise<void>
}

export type NotifierOptions = NotifyConfig & {
  /** Named in every message. */
  home: string
  clock: Clock
  /** `HEMLINE_NOTIFY_SECRET` signs what is posted; the command sees all of it but the secrets. */
  env: NodeJS.ProcessEnv
  /** How long one try may take; 10 s if not given. */
  timeoutMs?: number
  warn(text: string): void
}

/**
 * Makes a notifier that posts JSON to a URL, runs a command, or both. Each is tried three times, within seconds; what could
 * not be delivered is a warning, and is tried again when it is told again. The same problem is delivered once (`ToldNews`).
 */
export function makeNotifier(options: NotifierOptions): Notifier {
  const { clock, home, on, warn } = options
  const closing = new AbortController()
  const mask = maskSecretsOf(options.env)
  const outboxes = receiversOf(options).map(
    (receiver) => new Outbox(receiver, clock, closing.signal, (text) => warn(mask(text))),
  )
  return {
    tell(news) {
      if (closing.signal.aborted) return
      const message = messageOf(news, home, clock.now(), mask)
      for (const outbox of outboxes) {
        if (on.includes(news.event)) outbox.put(news, message)
        else outbox.skip(news)
      }
    },
    async close(withinMs) {
      const settled = Promise.all(outboxes.map((outbox) => outbox.settled()))
      await Promise.race([settled, sleep(withinMs, undefined, { ref: false })])
      closing.abort(new Error('the daemon ends'))
      await settled
    },
  }
}

function receiversOf({ url, command, env, clock, timeoutMs = TIMEOUT_MS }: NotifierOptions): Receiver[] {
  const receivers: Receiver[] = []
  const secret = env['HEMLINE_NOTIFY_SECRET']?.trim() || undefined
  if (url !== undefined) receivers.push(urlReceiver({ url, secret, timeoutMs, clock }))
  if (command !== undefined) receivers.push(commandReceiver({ command, timeoutMs, env: withoutSecrets(env) }))
  return receivers
}

function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const secrets: readonly string[] = SECRET_NAMES
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.includes(name)))
}

/** `text` is what chat services show of a message. */
function messageOf(news: News, home: string, now: Date, mask: Mask): Message {
  const { event, run, because, hint, spent } = news
  const who = run === null ? 'hemline' : `run ${run} of hemline`
  const text = [`${who} in ${home}: ${event}, ${because}`, hint]
    .filter((part) => part !== undefined)
    .join('\n')
  const body = { event, run, home, at: now.toISOString(), because, hint: hint ?? null, spent, text }
  return { id: `msg_${randomUUID()}`, body: mask(JSON.stringify(body)) }
}
