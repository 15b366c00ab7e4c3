import { CompiledQuery } from 'kysely'
import type { Db } from './database.js'

export type SqlValue = string | number | null

/** Rows a statement; each size is a text of its own, which is prepared once. */
const SIZES = [100, 10, 1] as const

/**
 * Inserts many rows, a hundred a statement: a tenth of the time that rows one by one take, or rows as JSON.
 *
 * @param into  the table and its columns: `answers (request_id, body)`.
 * @param values  those of the first row in the order of the columns, then those of the second, and so on: a list a row would
 *   take as long to make as the rows to insert.
 * @param onConflict  what follows the values.
 */
export async function insertRows(
  db: Db,
  into: string,
  values: readonly SqlValue[],
  onConflict: string,
): Promise<void> {
  const columns = into.split(',').length
  const row = `(${Array<string>(columns).fill('?').join(', ')})`
  let at = 0
  for (const size of SIZES) {
    const text = `insert into ${into} values ${Array<string>(size).fill(row).join(', ')} ${onConflict}`
    for (; at + size * columns <= values.length; at += size * columns) {
      await db.executeQuery(CompiledQuery.raw(text, values.slice(at, at + size * columns)))
    }
  }
}
