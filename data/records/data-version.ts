import { CompiledQuery } from 'kysely'
import type { Db } from '../database.js'

const query = CompiledQuery.raw('pragma data_version')

/**
 * A number that changes whenever another connection, of this process or of another, commits to the database; what this
 * connection writes itself does not count. Reads no page.
 */
export async function readDataVersion(db: Db): Promise<number> {
  const { rows } = await db.executeQuery(query)
  return (rows[0] as { data_version: number }).data_version
}
