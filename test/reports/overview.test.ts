import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Overview, formatOverview } from '../../reports/overview.js'

const overview = suite('where one is')

type Home = Extract<Overview, { kind: 'home' }>

const zero = { pending: 0, in_part: 0, submitted: 0, answered: 9, failed: 0, skipped: 0 }
const settings = { images: '/p', provider: 'openai', model: 'm', detail: 'low', profile: 'compact' } as const
const at = '2026-01-01T00:00:00.000Z'

const done: Home = {
  kind: 'home',
  home: '.hemline',
  settings,
  rows: [
    {
      ...{ key: 'recipe', kind: 'source', status: { kind: 'fresh' }, behind: [] },
      recorded: { at, metadata: settings },
    },
    {
      ...{ key: 'results', kind: 'asset', status: { kind: 'fresh' }, behind: [] },
      recorded: { at, metadata: {} },
    },
  ],
  counts: {
    requests: zero,
    batches: { intended: 0, uploaded: 0, open: 0, ended: 0, held: 0, collected: 1, rejected: 0 },
    runs: { queued: 0, running: 0, waiting: 0, done: 1, failed: 0, held: 0, interrupted: 0 },
    images: { usable: 9, skipped: 0 },
    ticks: { started: 0, done: 0, failed: 0 },
  },
  live: { open: 0, held: 0, failed_polls: 0, oldest_open_at: null },
  ledger: [],
  daemon: undefined,
}

function firstStep(changes: Partial<Home>): string {
  const text = formatOverview({ ...done, ...changes }, new Date('2026-01-01T02:00:00Z'))
  return /Next:\n {2}(.*?) {2}/.exec(text)![1]!
}

overview('names the one thing to type for each state of a home', () => {
  const counts = { ...done.counts, requests: { ...zero, submitted: 3 } }
  const live = { open: 1, held: 0, failed_polls: 0, oldest_open_at: at }
  const daemon = {
    status: 'ok',
    pid: 1,
    host: 'h',
    started_at: at,
    heartbeat_at: at,
    last_tick: null,
  } as const
  assert.is(firstStep({}), 'hemline posts')
  const failed = { ...done.counts, requests: { ...zero, failed: 1 } }
  assert.is(firstStep({ counts: failed }), 'hemline failures')
  assert.is(firstStep({ counts, live }), 'hemline materialize --wait')
  assert.is(firstStep({ counts, live, home: 'other' }), 'hemline materialize --home other --wait')
  assert.is(firstStep({ counts, live, daemon }), 'hemline ticks')
  assert.is(firstStep({ live: { ...live, held: 1 }, daemon }), 'hemline batches')
  assert.is(firstStep({ settings: { ...settings, model: 'other' } }), 'hemline plan')
})

overview('means the home that was named, also where there is none yet', () => {
  const none = { kind: 'no_home', home: 'other', root: '/w/other', hasKey: false, demo: undefined } as const
  const text = formatOverview(none, new Date())
  assert.match(text, 'hemline init --home other ')
  assert.match(
    formatOverview({ ...none, demo: '.hemline-demo' }, new Date()),
    'hemline --home .hemline-demo ',
  )
})

overview('tells how long a batch has been at the provider', () => {
  const live = { open: 2, held: 0, failed_polls: 0, oldest_open_at: at }
  const text = formatOverview({ ...done, live }, new Date('2026-01-01T02:00:00Z'))
  assert.match(text, /batches {3}2 at the provider, the oldest for 2h, 1 batch collected/)
})

overview.run()
