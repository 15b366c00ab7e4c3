import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/** Finds or inserts the account of a base URL and key digest, and returns its id. */
export async function ensureAccount(
  db: Db,
  account: { baseUrl: string; keyDigest: string },
  now: Date,
): Promise<number> {
  const identity = { base_url: account.baseUrl, key_digest: account.keyDigest }
  await db
    .insertInto('accounts')
    .values({ ...identity, created_at: now.toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db
    .selectFrom('accounts')
    .select('id')
    .where('base_url', '=', identity.base_url)
    .where('key_digest', '=', identity.key_digest)
    .executeTakeFirstOrThrow()
  return row.id
}

/** The account that a record names; a foreign key vouches that it exists. */
export function getAccount(db: Db, id: number): Promise<Row<'accounts'>> {
  return db.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}
