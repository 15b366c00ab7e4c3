import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findStall } from '../../../pipeline/batch/stall.js'

const stalling = suite('batches that do not move')

const created = '2026-11-01T00:00:00.000Z'

function at(hours: number): string {
  return new Date(Date.parse(created) + hours * 3_600_000).toISOString()
}

function batch(status: string, sinceHours: number, polledHours: number | null) {
  return {
    state: 'open' as const,
    status,
    created_at: created,
    status_since: at(sinceHours),
    polled_at: polledHours === null ? null : at(polledHours),
    expires_at: at(24) as string | null,
  }
}

const hours = (count: number) => count * 3_600_000

for (const [what, seen, expected] of [
  ['validating for an hour', batch('validating', 0, 1), undefined],
  ['validating for longer', batch('validating', 0, 1.5), { status: 'validating', ms: hours(1.5) }],
  ['finalizing for three hours', batch('finalizing', 5, 8), { status: 'finalizing', ms: hours(3) }],
  ['in progress for most of a day', batch('in_progress', 0, 23), undefined],
  ['in progress past its expiry', batch('in_progress', 1, 25), { status: 'in_progress', ms: hours(24) }],
  ['past its expiry, first seen then', batch('in_progress', 26, 26), { status: 'in_progress', ms: hours(2) }],
  [
    'without an expiry, past the window',
    { ...batch('in_progress', 0, 30), expires_at: null },
    { status: 'in_progress', ms: hours(30) },
  ],
  ['an unknown status past its expiry', batch('pondering', 20, 25), { status: 'pondering', ms: hours(5) }],
  ['never polled: nobody knows', batch('validating', 0, null), undefined],
  ['over', { ...batch('completed', 0, 40), state: 'ended' as const }, undefined],
] as const) {
  stalling(what, () => assert.equal(findStall(seen), expected))
}

stalling.run()
