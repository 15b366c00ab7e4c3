import type { Db } from '../database.js'
import type { Row } from '../schema.js'

export type ScheduleRecord = Row<'schedules'>

/** How far each schedule has been handled, by the key of its asset. */
export async function findSchedules(db: Db): Promise<Map<string, ScheduleRecord>> {
  const rows = await db.selectFrom('schedules').selectAll().execute()
  return new Map(rows.map((row) => [row.asset_key, row]))
}

/** Records how far schedules are handled, and forgets those of assets that have none any more. */
export async function replaceSchedules(
  trx: Db,
  schedules: readonly ScheduleRecord[],
  forgotten: readonly string[],
): Promise<void> {
  for (const schedule of schedules) {
    await trx
      .insertInto('schedules')
      .values(schedule)
      .onConflict((conflict) => conflict.column('asset_key').doUpdateSet(schedule))
      .execute()
  }
  if (forgotten.length > 0) await trx.deleteFrom('schedules').where('asset_key', 'in', forgotten).execute()
}
