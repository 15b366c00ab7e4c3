import { type Kysely, type Transaction, sql } from 'kysely'
import type { Schema } from '../schema.js'

/** One step of the schema, up only. Once released it is never edited: a change is a new migration. */
export type Migration = { name: string; up(trx: Transaction<Schema>): Promise<void> }

/** Runs statements that are separated by a blank line, so that a migration reads as plain SQL. */
export async function runStatements(db: Kysely<Schema>, statements: string): Promise<void> {
  for (const statement of statements.split(/\n\s*\n/)) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
