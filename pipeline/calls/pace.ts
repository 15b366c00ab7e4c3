import type { RateLimits } from '../provider/rate-limits.js'

/** After a refusal that names no time; doubled with each in a row. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 60_000

/**
 * How many calls may be in the air, and when the next one may begin, by what the provider says of its limits. Pure but for
 * its own state: the caller tells the time.
 *
 * It begins with half of the most, gains one with each full round of answers, and halves when the provider refuses (HTTP
 * 429); calls that were in the air at that moment halve it only once. When the provider says that nothing remains, it waits
 * for the reset that is named.
 */
export class Pace {
  readonly #most: number
  #slots: number
  #notBefore = 0
  #lastRefusal = -Infinity
  #refusals = 0

  /** @param most  how many calls may be in the air at once, at least 1. */
  constructor(most: number) {
    this.#most = most
    this.#slots = Math.max(1, most / 2)
  }

  get slots(): number {
    return Math.floor(this.#slots)
  }

  /** How long to wait before the next call, in ms; 0 for not at all. */
  waitMs(now: number): number {
    return Math.max(0, this.#notBefore - now)
  }

  /** A call came back with an answer, or with a failure that is its own. */
  answered(limits: RateLimits, now: number): void {
    this.#refusals = 0
    this.#slots = Math.min(this.#most, this.#slots + 1 / this.#slots)
    const reset = Math.max(
      limits.remainingRequests === 0 ? (limits.resetRequestsMs ?? 0) : 0,
      limits.remainingTokens === 0 ? (limits.resetTokensMs ?? 0) : 0,
    )
    this.#notBefore = Math.max(this.#notBefore, now + reset)
  }

  /**
   * A call was refused because there are too many.
   *
   * @param sentAt  when it was sent: one that was in the air already when another was refused tells nothing new.
   */
  refused(limits: RateLimits, sentAt: number, now: number): void {
    const isNews = sentAt > this.#lastRefusal
    if (isNews) {
      this.#slots = Math.max(1, this.#slots / 2)
      this.#refusals++
      this.#lastRefusal = now
    }
    const own = Math.min(FIRST_PAUSE_MS * 2 ** (this.#refusals - 1), LONGEST_PAUSE_MS)
    this.#notBefore = Math.max(this.#notBefore, now + (limits.retryAfterMs ?? own))
  }
}
