import { CompiledQuery } from 'kysely'
import type { Db } from './database.js'

export type SqlValue = string | number | null

/** Rows a statement; each size is a text of its own, which is prepared once. */
const SIZES = [100, 10, 1] as const

/**
 * Inserts many rows, a hundred a statement: a tenth of the time that rows one by one take, or rows as JSON.
 *
 * @param into  the statement up to its values: `insert into answers (request_id, body)`.
 * @param rows  a value a column, in that order.
 * @param onConflict  what follows the values.
 */
export async function insertRows(
  db: Db,
  into: string,
  rows: readonly (readonly SqlValue[])[],
  onConflict: string,
): Promise<void> {
  const columns = rows[0]?.length ?? 0
  const row = `(${Array<string>(columns).fill('?').join(', ')})`
  let at = 0
  for (const size of SIZES) {
    const text = `${into} values ${Array<string>(size).fill(row).join(', ')} ${onConflict}`
    for (; at + size <= rows.length; at += size) {
      await db.executeQuery(CompiledQuery.raw(text, rows.slice(at, at + size).flat()))
    }
  }
}
