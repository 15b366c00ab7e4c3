import { readFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { settleLines } from '../../../data/records/outcomes.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { packageVersion } from '../../../scheduler/package-version.js'
import { startWatchServer } from '../../../scheduler/watch/watch-server.js'
import { askAs } from '../../ask-as.js'
import { rejection } from '../../rejection.js'
import { makeWatchWorld } from './watch-world.js'

const watching = suite('the server that a daemon is watched by')

watching('says how the daemon is, and 503 once its heart has not beaten for a minute', async () => {
  await using watch = await makeWatchWorld()
  const { pulse, world } = watch
  await watch.openBatch()
  pulse.lastTick = { id: 7, at: pulse.startedAt.toISOString(), state: 'done' }
  const first = await watch.get('/health')
  assert.is(first.status, 200)
  assert.equal(first.json, {
    status: 'ok',
    pid: 123,
    host: 'atelier',
    version: packageVersion(),
    started_at: pulse.startedAt.toISOString(),
    heartbeat_at: pulse.heartbeatAt.toISOString(),
    last_tick: { id: 7, at: pulse.startedAt.toISOString(), state: 'done' },
    open_batches: 1,
    held_batches: 0,
  })
  pulse.isStopping = true
  assert.is((await watch.get('/health')).json.status, 'stopping')
  world.advance(61_000)
  const late = await watch.get('/health')
  assert.equal([late.status, late.json.status], [503, 'late'])
  pulse.heartbeatAt = world.context.clock.now()
  assert.is((await watch.get('/health')).status, 200)
})

watching('shows nothing to who asks by a name that was made to lead here', async () => {
  await using watch = await makeWatchWorld()
  for (const path of ['/health', '/metrics']) {
    assert.is(await askAs('evil.example', watch.server.url + path), 403, path)
    assert.is(await askAs('localhost:9464', watch.server.url + path), 200, path)
  }
})

watching('a batch in doubt and a stuck one count as held', async () => {
  await using watch = await makeWatchWorld()
  const { db } = watch.world
  await watch.openBatch()
  const stuck = await watch.openBatch()
  await db.updateTable('batches').set({ is_stuck: 1, failed_polls: 3 }).where('id', '=', stuck.id).execute()
  const { open_batches: open, held_batches: held } = (await watch.get('/health')).json
  assert.equal([open, held], [2, 1])
  const metrics = (await watch.get('/metrics')).text
  assert.match(metrics, /^hemline_held_batches 1$/m)
  assert.match(metrics, /^hemline_failed_polls 3$/m)
})

watching('a failure is answered with 500, and only the log says why', async () => {
  const health = () => Promise.reject(new Error('the disk is gone'))
  await using watch = await makeWatchWorld({ health })
  const answer = await watch.get('/health')
  assert.is(answer.status, 500)
  assert.not.match(answer.text, /disk/)
  assert.equal(watch.warnings, ['GET /health failed: the disk is gone'])
})

watching('metrics are what the records say, in the text format of Prometheus', async () => {
  await using watch = await makeWatchWorld()
  const { world, pulse } = watch
  const empty = (await watch.get('/metrics')).text
  assert.match(empty, /^hemline_batches\{state="open"\} 0$/m)
  assert.match(empty, /^hemline_oldest_open_batch_age_seconds 0$/m)
  assert.not.match(empty, /hemline_last_tick_timestamp_seconds/)

  const batch = await watch.openBatch()
  await world.buildParts(3)
  await charge(watch, batch, [1, 2])
  await world.db
    .insertInto('ticks')
    .values(tick({ state: 'done', times: 4 }))
    .execute()
  await world.db
    .insertInto('ticks')
    .values(tick({ state: 'failed', times: 1 }))
    .execute()
  world.advance(5_000)
  pulse.lastTick = { id: 2, at: '2026-01-01T00:00:10.000Z', state: 'failed' }
  const answer = await watch.get('/metrics')
  assert.match(answer.type!, /^text\/plain; version=0\.0\.4; charset=utf-8$/)
  const { text } = answer
  for (const line of [
    'hemline_requests{state="answered"} 2',
    'hemline_requests{state="in_part"} 3',
    'hemline_requests{state="failed"} 0',
    'hemline_batches{state="open"} 1',
    'hemline_images{state="usable"} 0',
    'hemline_ticks_total{state="done"} 4',
    'hemline_ticks_total{state="failed"} 1',
    'hemline_runs{state="held"} 0',
    'hemline_charges_total{model="gpt-6-luna"} 2',
    'hemline_charged_nano_usd_total{model="gpt-6-luna"} 2000000003',
    'hemline_charged_usd_total{model="gpt-6-luna"} 2.000000003',
    'hemline_tokens_total{model="gpt-6-luna",kind="input"} 20',
    'hemline_tokens_total{model="gpt-6-luna",kind="cached_input"} 8',
    'hemline_tokens_total{model="gpt-6-luna",kind="output"} 6',
    'hemline_tokens_total{model="gpt-6-luna",kind="reasoning"} 2',
    'hemline_last_tick_timestamp_seconds 1767225610',
    `hemline_build_info{version="${packageVersion()}",node="${process.version}"} 1`,
  ]) {
    assert.ok(text.includes(`\n${line}\n`), `${line}\nis not in\n${text}`)
  }
  const age = Number(/^hemline_oldest_open_batch_age_seconds (.*)$/m.exec(text)![1])
  assert.ok(age >= 5 && age < 60, String(age))
  assert.match(text, /^process_resident_memory_bytes \d{7,}$/m)
  for (const line of text.split('\n').filter((each) => each !== '')) {
    assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"]*",?)+\})? -?[\d.e+]+)$/)
  }
})

watching('the docs name every metric, with its type and labels, and no other', async () => {
  await using watch = await makeWatchWorld()
  await charge(watch, await watch.openBatch(), [1])
  watch.pulse.lastTick = { id: 2, at: '2026-01-01T00:00:10.000Z', state: 'done' }
  const { text } = await watch.get('/metrics')
  const told = [...text.matchAll(/^# TYPE (\w+) (\w+)\n\w+(?:\{(.*)\})?/gm)].map(
    ([, name, type, labels = '']) =>
      [name, type, ...[...labels.matchAll(/(\w+)="/g)].map(([, label]) => label)].join(' '),
  )
  const docs = await readFile('docs/daemon.md', 'utf8')
  const rows = [...docs.matchAll(/^\| `(\w+)` \| (gauge|counter) \|(.*?)\|/gm)]
  const documented = rows.map(([, name, type, labels]) =>
    [name, type, ...[...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label)].join(' '),
  )
  assert.ok(told.length > 15, text)
  assert.equal(documented.toSorted(), told.toSorted())
})

watching('every charge is counted once', async () => {
  await using watch = await makeWatchWorld()
  const batch = await watch.openBatch()
  const counted = async (): Promise<string | undefined> =>
    /^hemline_charges_total\{.*\} (\d+)$/m.exec((await watch.get('/metrics')).text)?.[1]
  assert.is(await counted(), undefined)
  await charge(watch, batch, [1])
  assert.is(await counted(), '1')
  await charge(watch, batch, [1, 2])
  assert.is(await counted(), '2')
})

watching('listens on the loopback interface alone, and names a port that is taken', async () => {
  await using watch = await makeWatchWorld()
  assert.match(watch.server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  const { db, clock } = watch.world.context
  const health = () => Promise.reject(new Error('not asked'))
  const options = { port: watch.server.port, db, clock, health, onWake: () => {}, warn: () => {} }
  const error = (await rejection(startWatchServer(options))) as HemlineError
  assert.is(error.code, 'port_in_use')
  assert.match(error.message, String(watch.server.port))
})

async function charge(
  { world }: Awaited<ReturnType<typeof makeWatchWorld>>,
  batch: { id: number; part_id: number },
  requests: number[],
): Promise<void> {
  const lines = requests.map((requestId) => ({
    requestId,
    outcome: { kind: 'answered' as const, body: '{}', digest: 'd', model: 'gpt-6-luna' },
    charge: {
      model: 'gpt-6-luna',
      inputTokens: 10,
      cachedTokens: 4,
      outputTokens: 3,
      reasoningTokens: 1,
      price: 'p',
      costNanoUsd: requestId === 1 ? 2_000_000_000 : 3,
    },
  }))
  await settleLines(world.db, batch, { lines, strays: [] }, world.context.clock.now())
}

function tick({ state, times }: { state: 'done' | 'failed'; times: number }) {
  const at = '2026-01-01T00:00:00.000Z'
  return { state, times, at, last_at: at, observes: '[]', decisions: '[]', finished_at: at }
}

watching.run()
