import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Pace } from '../../../pipeline/calls/pace.js'
import { readRateLimits } from '../../../pipeline/provider/rate-limits.js'

const pacing = suite('the pace of calls')

pacing('begins with half, and gains one with each round of answers', () => {
  const pace = new Pace(8)
  assert.is(pace.slots, 4)
  for (let answer = 0; answer < 5; answer++) pace.answered({}, 0)
  assert.is(pace.slots, 5)
  for (let answer = 0; answer < 1_000; answer++) pace.answered({}, 0)
  assert.is(pace.slots, 8)
})

pacing('halves once for all that was in the air, and waits as long as it is told', () => {
  const pace = new Pace(16)
  pace.refused({ retryAfterMs: 3_000 }, 0, 100)
  pace.refused({ retryAfterMs: 2_000 }, 50, 110)
  assert.equal([pace.slots, pace.waitMs(110), pace.waitMs(4_000)], [4, 2_990, 0])
  pace.refused({}, 4_000, 4_100)
  // Nothing is named: twice the first pause, for it is the second in a row.
  assert.equal([pace.slots, pace.waitMs(4_100)], [2, 2_000])
})

pacing('never falls below one, and waits for the reset when nothing remains', () => {
  const pace = new Pace(1)
  pace.refused({}, 1, 2)
  assert.is(pace.slots, 1)
  const other = new Pace(4)
  other.answered({ remainingTokens: 0, resetTokensMs: 700, remainingRequests: 9, resetRequestsMs: 60_000 }, 0)
  assert.is(other.waitMs(0), 700)
})

pacing('reads the headers that the API sends, and nothing else', () => {
  const read = (headers: Record<string, string>) => readRateLimits(new Headers(headers))
  const limits = read({
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-requests': '6m0s',
    'x-ratelimit-reset-tokens': '20ms',
  })
  assert.equal(
    [limits.remainingRequests, limits.remainingTokens, limits.resetRequestsMs, limits.resetTokensMs],
    [0, 149_984, 360_000, 20],
  )
  assert.is(read({ 'retry-after': '2' }).retryAfterMs, 2_000)
  assert.is(read({ 'retry-after-ms': '150', 'retry-after': '2' }).retryAfterMs, 150)
  const dates = { date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 00:00:05 GMT' }
  assert.is(read(dates).retryAfterMs, 5_000)
  assert.is(read({ 'retry-after': '-9' }).retryAfterMs, 0)
  const nonsense = read({
    'retry-after': 'soon',
    'x-ratelimit-reset-tokens': 'x',
    'x-ratelimit-remaining-tokens': '1.5',
  })
  assert.equal(Object.values(nonsense), [undefined, undefined, undefined, undefined, undefined])
})

pacing.run()
