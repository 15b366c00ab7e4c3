import { sql } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { versionOfImages } from '../../../assets/intake/version-of-images.js'
import {
  versionOfPosts,
  versionOfResults,
  versionOfSubmitted,
  versionOfTasks,
} from '../../../assets/request/versions.js'
import type { Db } from '../../../data/database.js'
import { temporaryDatabase } from '../../data/temporary-database.js'

const versions = suite('versions of sets')

/** Enough for several blocks of kept sums, and for blocks without rows between them. */
const ROWS = 1_000

async function fill(db: Db): Promise<void> {
  const numbers = sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < ${ROWS})`
  const statements = [
    sql`insert into accounts values (1, 'u', 'k', 't')`,
    sql`insert into recipes values (1, 'd', 'm', 'p', '{}', 't'), (2, 'e', 'm', 'p', '{}', 't')`,
    sql`insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
      values (1, 1, 's', 1, 'p', 'x', 'collected', 1, 1, 1, 't')`,
    sql`insert into batches (id, part_id, account_id, key, state, intended_at) values (1, 1, 1, 'k', 'rejected', 't')`,
    sql`insert into posts (id, key) ${numbers} select i, 'post-' || i from n`,
    sql`insert into requests (id, recipe_id, fingerprint, state)
      ${numbers} select i * 3, 1, printf('%040d', i), 'pending' from n`,
    sql`insert into images (id, path, post_id, position, columns, state, sha256, stat, seen, request_id)
      ${numbers} select i, i, i, 1, '{}', 'usable', 's' || i, 's', 1, i * 3 from n`,
  ]
  for (const statement of statements) await statement.execute(db)
}

/** Everything that changes what a version is made of, for the rows of one number. */
const changes = [
  (i: number) => sql`update images set columns = json_object('n', ${i}) where id = ${i}`,
  (i: number) => sql`update images set state = 'skipped', reason = 'empty' where id = ${i}`,
  (i: number) => sql`update images set request_id = null where id = ${i}`,
  (i: number) => sql`update images set request_id = ${((i * 7) % ROWS) * 3 + 3} where id = ${i}`,
  (i: number) => sql`delete from images where id = ${i}`,
  (
    i: number,
  ) => sql`insert or ignore into images (path, post_id, position, columns, state, sha256, stat, seen, request_id)
    values ('again', ${i}, 2, '{}', 'usable', ${`s${i}`}, 's', 2, ${i * 3})`,
  (i: number) =>
    sql`update requests set state = 'in_part', part_id = 1, attempts = attempts + 1 where id = ${i * 3}`,
  (i: number) => sql`update requests set state = 'failed', reason = 'r' where id = ${i * 3}`,
  // As it is always stored: in one transaction, with its request answered.
  (i: number) => [
    sql`insert or ignore into answers values (${i * 3}, '{}', ${`d${i}`}, 'm', 1, 't')`,
    sql`update requests set state = 'answered' where id = ${i * 3}`,
  ],
  (i: number) => sql`delete from answers where request_id = ${i * 3}`,
  (i: number) => sql`update posts set record = '{}', record_digest = ${`d${i}`} where id = ${i}`,
  (i: number) =>
    sql`insert or ignore into posts (key, record, record_digest) values (${`new-${i}`}, '{}', 'd')`,
]

async function change(db: Db, kind: number, row: number): Promise<void> {
  for (const statement of [changes[kind]!(row)].flat()) await statement.execute(db)
}

async function all(db: Db): Promise<unknown[]> {
  const ofRequests = [await versionOfTasks(db), await versionOfSubmitted(db), await versionOfResults(db)]
  return [await versionOfImages(db), ...ofRequests, await versionOfPosts(db)]
}

versions('are, whatever changes, what they would be if every row were read anew', async () => {
  const anyChange = fc.record({
    kind: fc.nat({ max: changes.length - 1 }),
    row: fc.integer({ min: 1, max: ROWS }),
  })
  await using database = await temporaryDatabase()
  const { db } = database
  await fill(db)
  const untouched = await all(db)
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 6 }), async (some) => {
      for (const { kind, row } of some) await change(db, kind, row)
      const kept = await all(db)
      await db.deleteFrom('kept_sums').execute()
      assert.equal(kept, await all(db))
    }),
    { numRuns: 25 },
  )
  assert.not.equal(await all(db), untouched)
})

versions('read nothing again of what did not change', async () => {
  await using database = await temporaryDatabase()
  const { db } = database
  await fill(db)
  await all(db)
  const { count: before } = await countBlocks(db)
  await change(db, 6, 500)
  assert.is((await countBlocks(db)).count, before - 1)
})

versions.run()

function countBlocks(db: Db): Promise<{ count: number }> {
  return db
    .selectFrom('kept_sums')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
}
