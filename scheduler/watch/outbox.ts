import type { Clock } from '../../pipeline/clock.js'
import { type News, ToldNews } from './news.js'

/** Somebody who is told: throws when the message did not arrive. */
export type Receiver = {
  /** As warnings name it, without secrets. */
  name: string
  give(message: Message, signal: AbortSignal): Promise<void>
}

/** @property id  the same in every try. */
export type Message = { id: string; body: string }

/** Between the first try and the second, and the second and the third, in milliseconds. */
const PAUSES_MS = [1_000, 5_000]
const MOST_WAITING = 100

/** News on their way to one receiver, one after the other. What cannot be delivered is a warning, never a failure. */
export class Outbox {
  readonly #told = new ToldNews()
  readonly #waiting: { news: News; message: Message }[] = []
  #work: Promise<void> | undefined

  constructor(
    private readonly receiver: Receiver,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly warn: (text: string) => void,
  ) {}

  /** Returns at once. Beyond a hundred messages that wait, the oldest is dropped. */
  put(news: News, message: Message): void {
    if (!this.#told.add(news)) return
    if (this.#waiting.length === MOST_WAITING) {
      const { news: dropped } = this.#waiting.shift()!
      this.#giveUp(dropped, 'too many messages wait')
    }
    this.#waiting.push({ news, message })
    this.#work ??= this.#deliverAll()
  }

  /** Remembers what is not to be told but ends what was. */
  skip(news: News): void {
    this.#told.add(news)
  }

  /** Resolves when nothing waits. */
  async settled(): Promise<void> {
    await this.#work
  }

  async #deliverAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const failure = await this.#deliver(next.message)
      if (failure !== undefined) this.#giveUp(next.news, failure)
    }
    // In the same breath as the last look: what is put in from now on begins anew.
    this.#work = undefined
  }

  /** Why the message did not arrive, or undefined when it did. */
  async #deliver(message: Message): Promise<string | undefined> {
    for (let tries = 0; ; tries++) {
      try {
        this.signal.throwIfAborted()
        await this.receiver.give(message, this.signal)
        return undefined
      } catch (error) {
        const pauseMs = PAUSES_MS[tries]
        if (pauseMs === undefined || this.signal.aborted) return (error as Error).message
        await this.clock.sleep(pauseMs, this.signal)
      }
    }
  }

  #giveUp(news: News, failure: string): void {
    this.#told.forget(news)
    this.warn(`${this.receiver.name} could not be told that a run is ${news.event}: ${failure}`)
  }
}
