import type { Db } from '../database.js'
import type { Row } from '../schema.js'
import { findLatestRows } from './latest-rows.js'

export type Observation = Row<'observations'>

/**
 * Records a look at a source; says whether its data version is another than at the look before. Equal looks in a row
 * share one record: its metadata are those of the first, which saw the change, its `observed_at` is that of the last.
 */
export function recordObservation(
  db: Db,
  observed: { sourceKey: string; dataVersion: string; metadata: string },
  now: Date,
): Promise<boolean> {
  const { sourceKey, dataVersion, metadata } = observed
  return db.transaction().execute(async (trx) => {
    const latest = await findLatestObservation(trx, sourceKey)
    if (latest?.data_version === dataVersion) {
      await trx
        .updateTable('observations')
        .set({ observed_at: now.toISOString() })
        .where('id', '=', latest.id)
        .execute()
      return false
    }
    await trx
      .insertInto('observations')
      .values({
        source_key: sourceKey,
        data_version: dataVersion,
        previous_version: latest?.data_version ?? null,
        metadata,
        first_observed_at: now.toISOString(),
        observed_at: now.toISOString(),
      })
      .execute()
    return true
  })
}

/** The latest observation of one source; undefined when it was never looked at. */
export function findLatestObservation(db: Db, sourceKey: string): Promise<Observation | undefined> {
  return db
    .selectFrom('observations')
    .selectAll()
    .where('source_key', '=', sourceKey)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The latest observation of each source that was looked at, by key. */
export async function findLatestObservations(db: Db): Promise<Map<string, Observation>> {
  const rows = await findLatestRows(db, 'observations', 'source_key')
  return new Map(rows.map((row) => [row.source_key, row]))
}

/** When the first change of any source after an instant was seen; null when nothing changed since. */
export async function findFirstChange(db: Db, after: string): Promise<string | null> {
  const row = await db
    .selectFrom('observations')
    .select((eb) => eb.fn.min('first_observed_at').as('at'))
    .where('first_observed_at', '>', after)
    .executeTakeFirst()
  return row?.at ?? null
}

/** The observations of one source, newest first. */
export function listObservations(db: Db, sourceKey: string, limit: number): Promise<Observation[]> {
  return db
    .selectFrom('observations')
    .selectAll()
    .where('source_key', '=', sourceKey)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
