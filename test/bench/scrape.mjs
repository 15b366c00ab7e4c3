// Measures a scrape of /metrics over a home with a million requests, charges and images.
//
//   npm run build && node test/bench/scrape.mjs [rows]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { openDatabase } from '../../dist/data/database.js'
import { loadSqlite } from '../../dist/data/sqlite.js'
import { systemClock } from '../../dist/pipeline/clock.js'
import { takeHealth } from '../../dist/scheduler/watch/health.js'
import { startWatchServer } from '../../dist/scheduler/watch/watch-server.js'

const rows = Number(process.argv[2] ?? 1_000_000)
const SCRAPES = 20

const folder = await mkdtemp(join(tmpdir(), 'hemline-bench-'))
try {
  await measure(join(folder, 'hemline.db'))
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function measure(path) {
  const db = await openDatabase(path)
  fill(path)
  const now = systemClock.now()
  const pulse = { pid: process.pid, host: 'bench', startedAt: now, heartbeatAt: now, lastTick: null }
  const health = () => takeHealth(db, { ...pulse, isStopping: false }, systemClock.now())
  const started = performance.now()
  const options = { port: 0, db, health, clock: systemClock, onWake() {}, warn: console.warn }
  const server = await startWatchServer(options)
  console.log(`${rows} requests: start ${Math.round(performance.now() - started)} ms`)
  const times = []
  for (let scrape = 0; scrape < SCRAPES; scrape++) {
    const began = performance.now()
    await (await fetch(`${server.url}/metrics`)).text()
    times.push(performance.now() - began)
  }
  times.sort((a, b) => a - b)
  console.log(`scrape: median ${times[SCRAPES / 2].toFixed(1)} ms, longest ${times.at(-1).toFixed(1)} ms`)
  await server.close()
  await db.destroy()
}

function fill(path) {
  const Sqlite = loadSqlite()
  const sqlite = new Sqlite(path)
  sqlite.pragma('synchronous = OFF')
  const numbers = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${rows})`
  sqlite.exec(`
    begin;
    insert into accounts values (1, 'u', 'k', 't');
    insert into recipes values (1, 'd', 'm', 'p', '{}', 't');
    insert into posts (id, key) values (1, 'p');
    insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
      ${numbers} select i, 1, 's', i, i, 'x', 'collected', 50000, 1, 1, 't' from n where i <= ${Math.ceil(rows / 50_000)};
    insert into batches (part_id, account_id, key, state, provider_batch_id, intended_at, tally)
      select id, 1, id, 'collected', id, 't', '{}' from parts;
    insert into requests (id, recipe_id, fingerprint, state, part_id)
      ${numbers} select i, 1, printf('%040d', i), case i % 4 when 0 then 'pending' else 'answered' end,
        case i % 4 when 0 then null else i / 50001 + 1 end from n;
    insert into charges (batch_id, request_id, model, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
      price, cost_nano_usd, charged_at)
      ${numbers} select i / 50001 + 1, i, 'model-' || (i % 3), 1000, 0, 200, 50, 'price of a day', 123456,
        '2026-01-01T00:00:00.000Z' from n;
    insert into images (path, post_id, position, columns, state, reason, sha256, stat, seen, request_id)
      ${numbers} select 'folder/with/a/name/' || i || '.jpg', 1, i, '{"caption":"a caption of some words"}',
        case i % 100 when 0 then 'skipped' else 'usable' end, case i % 100 when 0 then 'r' end,
        printf('%064d', i), '1234567:1767225600000:1767225600000:12345', 1, i from n;
    commit;
  `)
  sqlite.close()
}
