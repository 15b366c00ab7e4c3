// Homes with many records, written by plain SQL: what they hold is what a long life would have left.
import { join } from 'node:path'
import { homeAt } from '../../dist/data/home.js'
import { openDatabase } from '../../dist/data/database.js'
import { loadSqlite } from '../../dist/data/sqlite.js'
import { defaultSettings } from '../../dist/assets/default-settings.js'
import { recipe } from '../../dist/assets/recipe.js'
import { builtInCatalogue } from '../../dist/data/catalogue/catalogue.js'
import { systemClock } from '../../dist/pipeline/clock.js'
import { fingerprintOf } from './fingerprint.mjs'

export const settings = { ...defaultSettings, images: '/pictures' }

/** What an asset of the pipeline works with, in the home of this folder. */
export async function openWorld(folder, more = {}) {
  const home = homeAt(folder)
  const db = await openDatabase(home.database)
  const signal = new AbortController().signal
  const context = {
    ...{
      db,
      home,
      settings,
      clock: systemClock,
      signal,
      pollIntervalMs: 0,
      allowance: { requests: Infinity },
    },
    ...{
      catalogue: builtInCatalogue,
      runId: 1,
      isForced: false,
      lastCodeVersion: '1',
      notify() {},
      handOn() {},
    },
    ...more,
  }
  return { db, home, context, recipe: await recipe.observe(context) }
}

/** A connection of its own, for records in bulk. */
export function openSqlite(folder) {
  const Sqlite = loadSqlite()
  const sqlite = new Sqlite(join(folder, 'hemline.db'))
  sqlite.pragma('synchronous = OFF')
  sqlite.pragma('cache_size = -262144')
  sqlite.function('digest', { deterministic: true }, (number) => fingerprintOf(number).padStart(64, '0'))
  return sqlite
}

/** So many answered requests, each of one image, three images a post, in parts of 50,000 that were collected; all grouped. */
export function fillHome(folder, requests, body = '{}') {
  const sqlite = openSqlite(folder)
  sqlite.function('fingerprint', { deterministic: true }, fingerprintOf)
  const numbers = `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${requests})`
  const run = (text, ...values) => sqlite.prepare(text).run(...values)
  sqlite.exec('begin')
  run(`insert or ignore into accounts values (1, 'u', 'k', 't')`)
  run(`insert into posts (id, key, record, record_digest, touched, grouped_at)
    ${numbers} select i, 'post-' || i, '{"post_id":"post-' || i || '"}', digest(i), 0, 't' from n
    where i <= ${Math.ceil(requests / 3)}`)
  run(`insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
    ${numbers} select i, 1, 's', i, 'batch_jobs/fashion_batch_s_' || i || '.jsonl', 'x', 'collected', 50000, 1, 1, 't'
    from n where i <= ${Math.ceil(requests / 50_000)}`)
  run(`insert into batches (id, part_id, account_id, key, state, provider_batch_id, intended_at, tally)
    select id, id, 1, id, 'collected', 'batch_' || id, 't', '{}' from parts`)
  run(`insert into requests (id, recipe_id, fingerprint, state, attempts, part_id)
    ${numbers} select i, 1, fingerprint(i), 'answered', 1, (i - 1) / 50000 + 1 from n`)
  run(
    `insert into answers (request_id, body, digest, model, batch_id, answered_at)
    ${numbers} select i, ?, digest(i), 'm', (i - 1) / 50000 + 1, 't' from n`,
    body,
  )
  run(`insert into charges (batch_id, request_id, model, input_tokens, cached_tokens, output_tokens, reasoning_tokens,
      price, cost_nano_usd, charged_at)
    ${numbers} select (i - 1) / 50000 + 1, i, 'model-' || (i % 3), 1000, 0, 200, 50, 'price of a day', 123456,
      '2026-01-01T00:00:00.000Z' from n`)
  run('insert into collected_charges select * from charges_by_batch')
  run(`insert into images (path, post_id, position, columns, state, sha256, format, width, height, stat, seen, request_id)
    ${numbers} select 'folder/with/a/name/' || i || '.jpg', (i + 2) / 3, (i + 2) % 3 + 1, '{}', 'usable', digest(i), 'jpeg',
      1080, 1350, '1234567:1767225600000:1767225600000:12345', 1, i from n`)
  sqlite.exec('commit')
  sqlite.close()
}
