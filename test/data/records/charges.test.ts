import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Db, openDatabase } from '../../../data/database.js'
import { migrations } from '../../../data/migrations/migrations.js'
import { recordCollected } from '../../../data/records/batch-progress.js'
import { getBatch } from '../../../data/records/batches.js'
import { sumCharges, sumChargesByModel, sumChargesOfBatch } from '../../../data/records/charges.js'
import { ledgerViews } from '../../../data/records/ledger-views.js'
import { sumLedger } from '../../../data/records/ledger.js'
import { sumChargesByLane } from '../../../data/records/measured-usage.js'
import { sumCommitted } from '../../../data/records/spending.js'

const charges = suite('the sums of charges')

const BEFORE_SUMS = migrations.slice(0, 5)
const AT = '2026-11-25T00:00:00.000Z'

/** Three batches of two requests each, all charged: one collected, one ended, one still open. */
async function fill(db: Db): Promise<void> {
  await sql`insert into accounts values (1, 'https://api.openai.com/v1', 'k', ${AT})`.execute(db)
  await sql`insert into recipes values (1, 'd', 'gpt-6-luna', 'compact', '{}', ${AT})`.execute(db)
  for (const [id, state] of [
    [1, 'collected'],
    [2, 'ended'],
    [3, 'open'],
  ] as const) {
    await sql`insert into parts (id, recipe_id, stamp, number, path, sha256, state, requests, bytes, estimated_tokens, created_at)
      values (${id}, 1, 's', ${id}, ${`p${id}`}, 'x', 'submitted', 2, 1, 1, ${AT})`.execute(db)
    await sql`insert into batches (id, part_id, account_id, key, state, provider_batch_id, intended_at, tally, estimated_cost_nano_usd)
      values (${id}, ${id}, 1, ${`k${id}`}, ${state}, ${`b${id}`}, ${AT}, '{}', 200)`.execute(db)
    for (const request of [2 * id - 1, 2 * id]) {
      await sql`insert into requests (id, recipe_id, fingerprint, state, part_id, estimated_input_tokens, image_tokens)
        values (${request}, 1, ${String(request).padStart(40, '0')}, 'submitted', ${id}, 10, 4)`.execute(db)
      await sql`insert into charges (batch_id, request_id, model, input_tokens, cached_tokens, output_tokens,
        reasoning_tokens, price, cost_nano_usd, charged_at)
        values (${id}, ${request}, 'gpt-6-luna', 11, 0, 5, 0, 'p', ${request * 7}, ${AT})`.execute(db)
    }
  }
}

async function withFile(use: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-charges-'))
  try {
    await use(join(folder, 'hemline.db'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function assertSums(db: Db): Promise<void> {
  assert.equal(await sumCharges(db), {
    ...{ requests: 6, input_tokens: 66, cached_tokens: 0, output_tokens: 30, cost_nano_usd: 7 * 21 },
  })
  assert.is((await sumChargesOfBatch(db, 2)).cost_nano_usd, 7 * 7)
  assert.equal(
    (await sumChargesByModel(db)).map(({ requests }) => requests),
    [6],
  )
  for (const view of ledgerViews) {
    const rows = await sumLedger(db, view)
    const sum = (name: 'requests' | 'cost_nano_usd' | 'estimated_cost_nano_usd' | 'estimated_image_tokens') =>
      rows.reduce((total, row) => total + row[name]!, 0)
    assert.equal([sum('requests'), sum('cost_nano_usd')], [6, 7 * 21], view)
    assert.equal([sum('estimated_cost_nano_usd'), sum('estimated_image_tokens')], [600, 24], view)
  }
}

async function kept(db: Db): Promise<number[]> {
  const { rows } = await sql<{ batch_id: number }>`select batch_id from collected_charges order by 1`.execute(
    db,
  )
  return rows.map(({ batch_id: id }) => id)
}

charges('are the same before and after a batch is collected, and keep what is collected', () =>
  withFile(async (path) => {
    const before = await openDatabase(path, BEFORE_SUMS)
    await fill(before)
    await before.destroy()
    const db = await openDatabase(path)
    try {
      assert.equal(await kept(db), [1], 'kept by the migration')
      await assertSums(db)
      await recordCollected(db, await getBatch(db, 2), {}, new Date(AT))
      // Again, as after a kill: nothing is kept twice.
      await recordCollected(db, await getBatch(db, 2), {}, new Date(AT))
      assert.equal(await kept(db), [1, 2])
      await assertSums(db)
    } finally {
      await db.destroy()
    }
  }),
)

charges('of a lane count a request once that was charged again, since both are what it cost', () =>
  withFile(async (path) => {
    const db = await openDatabase(path)
    try {
      await fill(db)
      await sql`insert into charges (batch_id, request_id, model, input_tokens, cached_tokens, output_tokens,
        reasoning_tokens, price, cost_nano_usd, charged_at)
        values (2, 1, 'gpt-6-luna', 11, 0, 5, 0, 'p', 100, ${AT})`.execute(db)
      const [batch, ...others] = await sumChargesByLane(db, 'd')
      assert.equal(others, [])
      assert.equal([batch!.requests, batch!.cost_nano_usd, batch!.input_tokens], [6, 7 * 21 + 100, 77])
    } finally {
      await db.destroy()
    }
  }),
)

charges('of nothing are zero', () =>
  withFile(async (path) => {
    const db = await openDatabase(path)
    assert.is((await sumCharges(db)).requests, 0)
    assert.equal(await sumLedger(db, 'batch'), [])
    await db.destroy()
  }),
)

charges('of a batch that a person gave up count against budgets, as does what it may still cost', () =>
  withFile(async (path) => {
    const db = await openDatabase(path)
    try {
      await fill(db)
      const committed = (): Promise<number> => sumCommitted(db, new Date(AT), false)
      assert.is(await committed(), 7 * 3 + 200 + 200)
      await sql`update batches set state = 'rejected', status = 'completed' where id = 2`.execute(db)
      await sql`update batches set estimated_cost_nano_usd = 20, state = 'rejected', status = 'in_progress'
        where id = 3`.execute(db)
      assert.is(await committed(), 7 * 3 + 200 + 7 * 11, 'whichever is more')
      await sql`delete from charges where batch_id = 3`.execute(db)
      await sql`update batches set status = 'failed' where id = 3`.execute(db)
      assert.is(await committed(), 7 * 3 + 200, 'what failed before it ran costs nothing')
    } finally {
      await db.destroy()
    }
  }),
)

charges.run()
