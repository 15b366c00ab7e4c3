import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/**
 * The row with the highest id for each value of a column, by that value. Jumps from value to value along the index on
 * (column, id), so that it takes as long as there are values, however many rows each of them has.
 */
export async function findLatestRows<T extends 'materializations' | 'observations' | 'steps'>(
  db: Db,
  table: T,
  column: string & keyof Row<T>,
): Promise<Row<T>[]> {
  const rows = sql.table(table)
  const value = sql.ref(column)
  const { rows: latest } = await sql<Row<T>>`
    with recursive found (value) as (
      select min(${value}) from ${rows}
      union all
      select (select min(${value}) from ${rows} where ${value} > found.value) from found where found.value is not null
    )
    select latest.* from found
    join ${rows} as latest on latest.id = (select max(id) from ${rows} where ${value} = found.value)
  `.execute(db)
  return latest
}
