import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ListedBatch } from '../../data/records/batches.js'
import { batchListing } from '../../reports/batch-listing.js'

const listing = suite('the list of batches')

const shown = batchListing(new Date('2026-11-01T09:00:00.000Z'), 'away')

function batch(over: Partial<ListedBatch>): ListedBatch {
  return {
    provider_batch_id: 'batch_1',
    path: 'batch_jobs/a.jsonl',
    state: 'open',
    status: 'finalizing',
    status_since: '2026-11-01T05:00:00.000Z',
    intended_at: '2026-11-01T00:00:00.000Z',
    created_at: '2026-11-01T00:00:00.000Z',
    polled_at: '2026-11-01T08:00:00.000Z',
    expires_at: '2026-11-02T00:00:00.000Z',
    is_stuck: 0,
    because: null,
    tally: null,
    usage: null,
    charged: '{"inputTokens":0,"cachedTokens":0,"outputTokens":0}',
    ...over,
  } as ListedBatch
}

const stuck = batch({ is_stuck: 1, because: 'HTTP 404' })
const held = batch({ provider_batch_id: null, state: 'held', status: null, because: 'nobody knows' })

for (const [what, row, state, notes] of [
  [
    'stalled',
    batch({}),
    'stalled 3h in finalizing',
    ['never sent again', 'hemline cancel batch_1 --home away'],
  ],
  ['moving', batch({ status_since: '2026-11-01T07:30:00.000Z' }), 'finalizing', undefined],
  ['stuck', stuck, 'stuck: HTTP 404', ['hemline adopt BATCH --home away', 'hemline resubmit batch_1']],
  ['held', held, 'held: nobody knows', ['--part batch_jobs/a.jsonl', 'hemline resubmit batch_jobs/a.jsonl']],
  ['collected', batch({ state: 'collected' }), 'collected', undefined],
] as const) {
  listing(`a batch that is ${what}`, () => {
    assert.is(shown.cells(row)[1], state)
    const note = shown.note!(row)
    if (notes === undefined) assert.is(note, undefined)
    else for (const words of notes) assert.match(note!, words)
    const { stalled_seconds, next_step } = shown.json(row) as Record<string, unknown>
    assert.is(stalled_seconds === null, !state.startsWith('stalled'))
    assert.is(next_step === null, notes === undefined)
  })
}

listing.run()
