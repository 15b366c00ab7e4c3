import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { NewRow, Row } from '../schema.js'
import { findLatestRows } from './latest-rows.js'

export type Materialization = Row<'materializations'>

/** Appends a record of what was made; such records are never changed. Returns its id. */
export async function insertMaterialization(
  db: Db,
  materialization: Omit<NewRow<'materializations'>, 'materialized_at'>,
  now: Date,
): Promise<number> {
  const { id } = await db
    .insertInto('materializations')
    .values({ ...materialization, materialized_at: now.toISOString() })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The latest materialization of each asset that has one, by key. */
export async function findLatestMaterializations(db: Db): Promise<Map<string, Materialization>> {
  const rows = await findLatestRows(db, 'materializations', 'asset_key')
  return new Map(rows.map((row) => [row.asset_key, row]))
}

/** The materializations of one asset, newest first. */
export function listMaterializations(db: Db, assetKey: string, limit: number): Promise<Materialization[]> {
  return db
    .selectFrom('materializations')
    .selectAll()
    .where('asset_key', '=', assetKey)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** How many requests a run has put into what it made of an asset so far, as the metadata of each says. */
export async function countRequestsOfRun(db: Db, runId: number, assetKey: string): Promise<number> {
  const row = await db
    .selectFrom('materializations')
    .select(sql<number>`coalesce(sum(metadata->>'requests'), 0)`.as('requests'))
    .where('run_id', '=', runId)
    .where('asset_key', '=', assetKey)
    .executeTakeFirstOrThrow()
  return row.requests
}
