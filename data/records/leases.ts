import type { Db } from '../database.js'
import type { Row } from '../schema.js'

export type Lease = Row<'leases'>

/** The lease of this name, whoever holds it; undefined when nobody does. */
export function findLease(db: Db, name: string): Promise<Lease | undefined> {
  return db.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst()
}

/** Replaces a lease (or its absence) that was seen before; says whether it won against everybody else. */
export function replaceLease(db: Db, seen: Lease | undefined, lease: Lease): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const now = await findLease(trx, lease.name)
    if (now?.holder !== seen?.holder || now?.expires_at !== seen?.expires_at) return false
    await trx
      .insertInto('leases')
      .values(lease)
      .onConflict((conflict) => conflict.column('name').doUpdateSet(lease))
      .execute()
    return true
  })
}

/** Puts off the end of a lease that is still the holder's; false when somebody took it over. */
export async function extendLease(db: Db, name: string, holder: string, expiresAt: Date): Promise<boolean> {
  const extended = await db
    .updateTable('leases')
    .set({ expires_at: expiresAt.toISOString() })
    .where('name', '=', name)
    .where('holder', '=', holder)
    .executeTakeFirstOrThrow()
  return extended.numUpdatedRows === 1n
}

/** Gives a lease back; one that somebody took over stays with them. */
export async function deleteLease(db: Db, name: string, holder: string): Promise<void> {
  await db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
}
