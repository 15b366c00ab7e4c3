import { CompiledQuery } from 'kysely'
import type { Db } from './database.js'

export type SqlValue = string | number | null

/** Rows of one table, by the values of the first columns that they have in common. */
export class Rows {
  readonly groups: { shared: SqlValue[]; own: SqlValue[] }[] = []

  /**
   * The rows that share these values, as one list to be added to: the other columns of the first row in their order, then those
   * of the second, and so on. A list a row would take as long to make as the rows to insert.
   */
  sharing(...shared: SqlValue[]): SqlValue[] {
    for (const group of this.groups)
      if (group.shared.every((value, at) => value === shared[at])) return group.own
    const own: SqlValue[] = []
    this.groups.push({ shared, own })
    return own
  }
}

/** Rows a statement; each size is a text of its own, which is prepared once. */
const SIZES = [100, 10, 1] as const

/**
 * Inserts many rows, a hundred a statement: a tenth of the time that rows one by one take, or rows as JSON. What rows share is
 * handed to SQLite once a statement.
 *
 * @param into  the table and its columns, those that are shared first: `answers (batch_id, request_id, body)`.
 * @param onConflict  what follows the rows.
 */
export async function insertRows(db: Db, into: string, rows: Rows, onConflict: string): Promise<void> {
  for (const { shared, own } of rows.groups) {
    const columns = into.split(',').length - shared.length
    const row = `(${placeholders(columns)})`
    let at = 0
    for (const size of SIZES) {
      const text = `insert into ${into} select ${placeholders(shared.length)}, own.*
        from (values ${Array<string>(size).fill(row).join(', ')}) as own where true ${onConflict}`
      for (; at + size * columns <= own.length; at += size * columns) {
        const values = shared.concat(own.slice(at, at + size * columns))
        await db.executeQuery(CompiledQuery.raw(text, values))
      }
    }
  }
}

function placeholders(count: number): string {
  return Array<string>(count).fill('?').join(', ')
}
