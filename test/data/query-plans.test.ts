import { CompiledQuery, type KyselyPlugin } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Db } from '../../data/database.js'
import { findFolders } from '../../data/records/folders.js'
import {
  countPicturesWithoutRequest,
  findImages,
  findImagesWithoutRequest,
  findSummedImages,
  nextObservationNumber,
} from '../../data/records/images.js'
import { findNextBlock } from '../../data/records/kept-sums.js'
import { findLatestMaterializations } from '../../data/records/materializations.js'
import { findSent, settleLines } from '../../data/records/outcomes.js'
import {
  countTouchedPosts,
  findImagesOfPosts,
  findRecordDigests,
  findTouchedPosts,
} from '../../data/records/posts.js'
import { insertPart } from '../../data/records/parts.js'
import {
  countPendingRequests,
  findLastRequestId,
  findPendingRequests,
  findWantedRequests,
} from '../../data/records/requests.js'
import { temporaryDatabase } from './temporary-database.js'

const plans = suite('plans of the queries that many rows meet')

const page = { afterId: 0, limit: 10 }
const batch = { id: 1, part_id: 1 }
const part = {
  ...{ recipe_id: 1, stamp: 's', number: 2, path: 'q', sha256: 'x', bytes: 1 },
  ...{ estimated_tokens: 1, created_at: 't' },
}
const charge = {
  ...{ model: 'm', inputTokens: 1, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0 },
  ...{ price: 'p', costNanoUsd: 1 },
}
const answered = { kind: 'answered', body: '{}', digest: 'd', model: 'm' } as const
const failed = { kind: 'failed', code: 'c', message: 'm', isRetryable: true, isAttempt: true } as const
const lines = [
  { requestId: 1, outcome: answered, charge },
  { requestId: 2, outcome: failed, charge: undefined },
]

/** What runs for every tick, page, chunk or line of a home, however many records it has. */
const hot: Record<string, (db: Db) => Promise<unknown>> = {
  findImages: (db) => findImages(db, [{ postId: 1, path: 'a' }]),
  findFolders: (db) => findFolders(db, ['a', 'b']),
  nextObservationNumber,
  findSummedImages: (db) => findSummedImages(db, 0, 256),
  findImagesWithoutRequest: (db) => findImagesWithoutRequest(db, 1, 10),
  countPicturesWithoutRequest: (db) => countPicturesWithoutRequest(db, 1),
  findLastRequestId,
  findPendingRequests: (db) => findPendingRequests(db, 1, page),
  countPendingRequests,
  findWantedRequests: (db) => findWantedRequests(db, 0, 256),
  findSent: (db) => findSent(db, batch),
  settleLines: (db) => settleLines(db, batch, { lines, strays: [] }, new Date()),
  insertPart: (db) => insertPart(db, part, [{ id: 3 }]),
  countTouchedPosts,
  findTouchedPosts: (db) => findTouchedPosts(db, page),
  findImagesOfPosts: (db) => findImagesOfPosts(db, [1, 2]),
  findRecordDigests: (db) => findRecordDigests(db, 0, 256),
  findNextBlock: (db) => findNextBlock(db, 'requests', 3),
  findLatestMaterializations,
}

/** Tables that grow with the pictures: reading one from end to end must not happen. The index of touched posts holds no other. */
const SCANNED =
  /^SCAN (images|requests|answers|charges|posts|failures|folders|kept_sums)(?! USING COVERING INDEX posts_touched)/

for (const [name, run] of Object.entries(hot)) {
  plans(`${name} reads the rows that it is about, along an index`, async () => {
    await using database = await temporaryDatabase()
    await fill(database.db)
    const seen = await explained(database.db, run)
    assert.ok(seen.length > 0)
    for (const { sql, steps } of seen) {
      const scans = steps.filter((step) => SCANNED.test(step))
      assert.equal(scans, [], `${sql}\n${steps.join('\n')}`)
      // A list that is gone through once for each row of a table costs the product of both.
      const nested = steps.filter(
        (step, at) => step.startsWith('SCAN json_each') && /^(SEARCH|SCAN) /.test(steps[at - 1] ?? ''),
      )
      assert.equal(nested, [], `${sql}\n${steps.join('\n')}`)
    }
  })
}

plans.run()

/** As much as the statements need to find what they refer to. */
async function fill(db: Db): Promise<void> {
  const statements = [
    `insert into accounts values (1, 'u', 'k', 't')`,
    `insert into recipes values (1, 'd', 'm', 'p', '{}', 't')`,
    `insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
      values (1, 1, 's', 1, 'p', 'x', 'submitted', 2, 1, 1, 't')`,
    `insert into batches (id, part_id, account_id, key, state, intended_at) values (1, 1, 1, 'k', 'rejected', 't')`,
    `insert into requests (id, recipe_id, fingerprint, state, part_id)
      values (1, 1, '${'1'.repeat(40)}', 'submitted', 1), (2, 1, '${'2'.repeat(40)}', 'submitted', 1),
        (3, 1, '${'3'.repeat(40)}', 'pending', null)`,
  ]
  for (const statement of statements) await db.executeQuery(CompiledQuery.raw(statement))
}

/** The plans of all statements that a function runs. */
async function explained(
  db: Db,
  run: (db: Db) => Promise<unknown>,
): Promise<{ sql: string; steps: string[] }[]> {
  const queries: CompiledQuery[] = []
  const recorder: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      queries.push(db.getExecutor().compileQuery(node, queryId))
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
  await run(db.withPlugin(recorder))
  const plans: { sql: string; steps: string[] }[] = []
  for (const { sql, parameters } of queries) {
    if (!/^\s*(select|with|update|delete)/i.test(sql)) continue
    const query = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
    const { rows } = await db.executeQuery<{ detail: string }>(query)
    plans.push({ sql, steps: rows.map(({ detail }) => detail) })
  }
  return plans
}
