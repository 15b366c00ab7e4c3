/** What an answer's headers say of the account's limits; what is not said is undefined. Times in ms from now. */
export type RateLimits = {
  retryAfterMs?: number | undefined
  remainingRequests?: number | undefined
  remainingTokens?: number | undefined
  resetRequestsMs?: number | undefined
  resetTokensMs?: number | undefined
}

/** A header that asks for a longer wait than a day is not believed. */
const LONGEST_MS = 24 * 60 * 60_000

/**
 * Reads the headers `retry-after-ms`, `retry-after` (seconds or an HTTP date) and `x-ratelimit-*`, whose resets look like
 * `6m0s`, `1.5s` or `20ms`. What cannot be read is as if it were not there.
 *
 * Source: OpenAI, "Rate limits", headers (2026-11).
 */
export function readRateLimits(headers: Headers): RateLimits {
  return {
    retryAfterMs: retryAfter(headers),
    remainingRequests: wholeNumber(headers.get('x-ratelimit-remaining-requests')),
    remainingTokens: wholeNumber(headers.get('x-ratelimit-remaining-tokens')),
    resetRequestsMs: duration(headers.get('x-ratelimit-reset-requests')),
    resetTokensMs: duration(headers.get('x-ratelimit-reset-tokens')),
  }
}

function retryAfter(headers: Headers): number | undefined {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return within(ms)
  const text = headers.get('retry-after')
  if (text === null) return undefined
  const seconds = Number(text)
  // A date is by the provider's own clock, which its answer tells.
  const wait = Number.isFinite(seconds)
    ? seconds * 1000
    : Date.parse(text) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(wait) ? within(wait) : undefined
}

function duration(text: string | null): number | undefined {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(text ?? '')
  if (!match || text === '' || text === null) return undefined
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = match.slice(1).map((part) => Number(part ?? 0))
  const total = hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + ms
  return Number.isFinite(total) ? within(total) : undefined
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}

function within(ms: number): number {
  return Math.min(Math.max(0, ms), LONGEST_MS)
}
