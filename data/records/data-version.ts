import { sql } from 'kysely'
import type { Db } from '../database.js'

/**
 * A number that changes whenever another connection, of this process or of another, commits to the database; what this
 * connection writes itself does not count. Reads no page.
 */
export async function readDataVersion(db: Db): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
  return rows[0]!.data_version
}
