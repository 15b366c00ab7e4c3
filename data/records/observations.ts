import type { Db } from '../database.js'
import type { Row } from '../schema.js'

export type Observation = Row<'observations'>

/**
 * Records a look at a source. Equal looks in a row share a record, whose time and counts are those of the last one; says
 * whether the data version is new.
 */
export function recordObservation(
  db: Db,
  observed: { sourceKey: string; dataVersion: string; metadata: string },
  now: Date,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const latest = await findLatestObservation(trx, observed.sourceKey)
    if (latest?.data_version === observed.dataVersion) {
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
        source_key: observed.sourceKey,
        data_version: observed.dataVersion,
        metadata: observed.metadata,
        first_observed_at: now.toISOString(),
        observed_at: now.toISOString(),
      })
      .execute()
    return true
  })
}

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
  const rows = await db
    .selectFrom('observations')
    .selectAll()
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('observations')
        .select(({ fn }) => fn.max('id').as('id'))
        .groupBy('source_key'),
    )
    .execute()
  return new Map(rows.map((row) => [row.source_key, row]))
}
