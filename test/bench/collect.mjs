// Taking in a results file: read, parse, validate, store answer, charge and request state, check the sums.
import { cp, mkdir } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createReadStream } from 'node:fs'
import { dirname, join } from 'node:path'
import { rulesOfPart } from '../../dist/assets/request/rules-of-part.js'
import { createArtifact } from '../../dist/data/artifacts.js'
import { findBatches } from '../../dist/data/records/batches.js'
import { readLines } from '../../dist/data/jsonl.js'
import { collectBatch } from '../../dist/pipeline/batch/collect.js'
import { resultPaths } from '../../dist/pipeline/batch/result-paths.js'
import { resultLine, shuffled } from './answers.mjs'
import { fingerprintOf } from './fingerprint.mjs'
import { fillHome, openSqlite, openWorld } from './made-home.mjs'

const PATH = 'batch_jobs/fashion_batch_bench_001.jsonl'
const OPEN_PART = 1_000_000

export const stage = {
  unit: 'lines',
  limit: 'JSON.parse of each line alone',
  goal: { atLeast: 0.25, peakMb: 120 },
  sizes: { usual: [5_000, 50_000], full: [5_000, 50_000] },
  ways: ['limit', 'ours', 'naive'],
  mostNaive: 5_000,
}

export async function prepare({ folder, size }) {
  await prepareOnTop(folder, 0, size)
}

/** A home with so many stored answers, and a batch that is over, with so many lines to take in. */
export async function prepareOnTop(folder, stored, lines) {
  const { db } = await openWorld(folder, { settings: await originalSettings() })
  await db.destroy()
  if (stored > 0) fillHome(folder, stored, JSON.stringify({ description: 'x'.repeat(900) }))
  const sqlite = openSqlite(folder)
  sqlite.exec(`begin;
    insert or ignore into accounts values (1, 'u', 'k', 't');
    insert into posts (id, key, touched) values (900000000, 'the post', 0);
    insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
      values (${OPEN_PART}, 1, 'bench', 1, '${PATH}', 'x', 'submitted', ${lines}, 1, 1, 't');
    insert into batches (id, part_id, account_id, key, state, provider_batch_id, output_file_id, intended_at, status)
      values (${OPEN_PART}, ${OPEN_PART}, 1, 'k', 'ended', 'batch_bench', 'file-output', 't', 'completed');`)
  const request = sqlite.prepare(
    `insert into requests (id, recipe_id, fingerprint, state, attempts, part_id) values (?, 1, ?, 'submitted', 1, ${OPEN_PART})`,
  )
  const image = sqlite.prepare(
    `insert into images (path, post_id, position, columns, state, sha256, stat, seen, request_id)
      values (?, 900000000, 1, '{}', 'usable', ?, 's', 1, ?)`,
  )
  for (let id = stored + 1; id <= stored + lines; id++) {
    request.run(id, fingerprintOf(id))
    image.run(`${id}.jpg`, fingerprintOf(id), id)
  }
  sqlite.exec('commit')
  sqlite.close()
  const artifact = await createArtifact(linesPath(folder))
  for (const id of shuffled(stored + 1, stored + lines)) await artifact.write(resultLine(id))
  await artifact.commit()
}

async function originalSettings() {
  const { settings } = await import('./made-home.mjs')
  return { ...settings, profile: 'original' }
}

function linesPath(folder) {
  return join(folder, resultPaths(PATH).output)
}

/** Of the lines alone: nothing is read, checked or stored. */
export async function limit({ folder, time }) {
  const lines = []
  for await (const { line } of readLines(linesPath(folder))) lines.push(line.toString())
  await time(() => {
    for (const line of lines) JSON.parse(line)
  })
}

export async function ours({ folder, time }) {
  const copy = await copyOf(folder)
  const { db, home, context } = await openWorld(copy, { settings: await originalSettings() })
  const [batch] = await findBatches(db, ['ended'])
  await time(async () => {
    const part = { partId: batch.part_id, lane: batch.lane }
    const rules = await rulesOfPart(db, part, context.catalogue)
    await collectBatch(batch, rules, { ...context, provider: {}, accountId: 1, pathOf: home.pathOf })
  })
  await db.destroy()
}

/** Line by line with readline, JSON.parse twice, and rows committed one by one. */
export async function naive({ folder, time }) {
  const { loadSqlite } = await import('../../dist/data/sqlite.js')
  const Sqlite = loadSqlite()
  const sqlite = new Sqlite(join(folder, 'naive.db'))
  sqlite.exec(
    'create table answers (id text primary key, body text); create table charges (id text primary key, tokens integer)',
  )
  const answer = sqlite.prepare('insert into answers values (?, ?)')
  const charge = sqlite.prepare('insert into charges values (?, ?)')
  await time(async () => {
    for await (const line of createInterface({ input: createReadStream(linesPath(folder)) })) {
      const { custom_id, response } = JSON.parse(line)
      const { choices, usage } = response.body
      const body = JSON.stringify(JSON.parse(choices[0].message.content))
      answer.run(custom_id, body)
      charge.run(custom_id, usage.total_tokens)
    }
  })
  sqlite.close()
}

let copies = 0
/** Each run changes the records, so each has its own. */
async function copyOf(folder) {
  const copy = join(folder, `copy-${process.pid}-${++copies}`)
  await mkdir(dirname(linesPath(copy)), { recursive: true })
  await cp(join(folder, 'hemline.db'), join(copy, 'hemline.db'))
  await cp(linesPath(folder), linesPath(copy))
  return copy
}
