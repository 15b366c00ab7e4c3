import type { Db } from '../../data/database.js'
import {
  BLOCK_ROWS,
  type SummedKind,
  findKeptSums,
  findNextBlock,
  keepSums,
} from '../../data/records/kept-sums.js'
import { SetSum } from './versions.js'

/** What one row adds: an item to each of some sums, where it has one, and one to a count. */
export type Share = { items: readonly (readonly string[] | undefined)[]; count: string }

/** The sums over all rows of a table as data versions, and how many rows there are of each count. */
export type Sums = { versions: string[]; counts: Record<string, number> }

const BLOCKS_AT_ONCE = 40

/**
 * Sums over all rows of a table, of which only those are read that lie beside one that changed since they were summed last.
 * The others' sums are kept; the database forgets them where a row of theirs changes, whoever changes it.
 *
 * @param sums  how many sums there are.
 * @param read  reads the rows whose ids are at least `from` and below `to`.
 */
export async function sumRows<Row extends { id: number }>(
  db: Db,
  kind: SummedKind,
  sums: number,
  read: (db: Db, from: number, to: number) => Promise<Row[]>,
  shareOf: (row: Row) => Share,
): Promise<Sums> {
  const kept = await findKeptSums(db, kind)
  for (let block = await firstWithout(db, kind, kept, 0); block !== undefined;) {
    let end = block + 1
    while (end < block + BLOCKS_AT_ONCE && !kept.has(end)) end++
    const from = block
    // Nobody changes a row between the look at it and the sum that is kept.
    const made = await db.transaction().execute(async (trx) => {
      const rows = await read(trx, from * BLOCK_ROWS, end * BLOCK_ROWS)
      const blocks = sumBlocks(rows, { from, end }, sums, shareOf)
      await keepSums(trx, kind, blocks)
      return blocks
    })
    for (const [at, text] of made) kept.set(at, text)
    block = await firstWithout(db, kind, kept, end)
  }
  return total(kept.values(), sums)
}

/** The first block from this one on that has rows and no kept sums. */
async function firstWithout(
  db: Db,
  kind: SummedKind,
  kept: ReadonlyMap<number, string>,
  from: number,
): Promise<number | undefined> {
  for (let next = await findNextBlock(db, kind, from); next !== undefined;) {
    let block = next
    while (kept.has(block)) block++
    if (block === next) return block
    next = await findNextBlock(db, kind, block)
  }
  return undefined
}

/** Also of blocks that add nothing: they need not be looked at again either. */
function sumBlocks<Row extends { id: number }>(
  rows: readonly Row[],
  { from, end }: { from: number; end: number },
  sums: number,
  shareOf: (row: Row) => Share,
): Map<number, string> {
  const blocks = new Map<number, { sums: SetSum[]; counts: Record<string, number> }>()
  for (let at = from; at < end; at++) blocks.set(at, { sums: newSums(sums), counts: {} })
  for (const row of rows) {
    const block = blocks.get(Math.floor(row.id / BLOCK_ROWS))!
    const { items, count } = shareOf(row)
    for (const [index, item] of items.entries()) if (item) block.sums[index]!.add(item)
    block.counts[count] = (block.counts[count] ?? 0) + 1
  }
  return new Map(
    [...blocks].map(([at, { sums, counts }]) => {
      const stored: Sums = { versions: sums.map((sum) => sum.hex()), counts }
      return [at, JSON.stringify(stored)]
    }),
  )
}

function total(blocks: Iterable<string>, sums: number): Sums {
  const totals = newSums(sums)
  const counts: Record<string, number> = {}
  for (const text of blocks) {
    const block = JSON.parse(text) as Sums
    for (const [index, version] of block.versions.entries()) totals[index]!.addAll(version)
    for (const [name, count] of Object.entries(block.counts)) counts[name] = (counts[name] ?? 0) + count
  }
  return { versions: totals.map((sum) => sum.hex()), counts }
}

function newSums(count: number): SetSum[] {
  return Array.from({ length: count }, () => new SetSum())
}
