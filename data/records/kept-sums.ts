import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { KeptSumsTable } from '../schema/image-tables.js'

/** What sums are kept of, by the name of their table. */
export type SummedKind = KeptSumsTable['kind']

/** Rows whose sums are kept together: those of ids from `256 * block` on. */
export const BLOCK_ROWS = 256

/** The sums that are kept, by block, as they were stored. What changed since is not among them: triggers saw to that. */
export async function findKeptSums(db: Db, kind: SummedKind): Promise<Map<number, string>> {
  const rows = await db.selectFrom('kept_sums').select(['block', 'sums']).where('kind', '=', kind).execute()
  return new Map(rows.map(({ block, sums }) => [block, sums]))
}

/** The first block from this one on that has rows; undefined after the last. */
export async function findNextBlock(db: Db, kind: SummedKind, from: number): Promise<number | undefined> {
  const { rows } = await sql<{ id: number | null }>`
    select min(id) as id from ${sql.table(kind)} where id >= ${from * BLOCK_ROWS}
  `.execute(db)
  const id = rows[0]?.id ?? undefined
  return id === undefined ? undefined : Math.floor(id / BLOCK_ROWS)
}

/** Keeps the sums of blocks; in the transaction in which their rows were read. */
export async function keepSums(
  trx: Db,
  kind: SummedKind,
  blocks: ReadonlyMap<number, string>,
): Promise<void> {
  const rows = [...blocks].map(([block, sums]) => ({ kind, block, sums }))
  await trx
    .insertInto('kept_sums')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['kind', 'block']).doUpdateSet((eb) => ({ sums: eb.ref('excluded.sums') })),
    )
    .execute()
}
