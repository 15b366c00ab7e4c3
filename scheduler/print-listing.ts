import type { Listing } from '../reports/listing.js'
import { printable } from '../reports/printable.js'
import { formatTable } from '../reports/table.js'
import { print, printLines } from './print.js'
import { terminalWidth } from './terminal-width.js'

/** Prints rows as JSON lines as they come, or as one table. */
export async function printListing<Row>(
  rows: AsyncIterable<Row>,
  listing: Listing<Row>,
  isJson: boolean,
): Promise<void> {
  if (isJson) return printLines(mapped(rows, (row) => listing.json(row)))
  const cells: string[][] = []
  const notes: string[] = []
  for await (const row of rows) {
    cells.push(listing.cells(row))
    const note = listing.note?.(row)
    if (note !== undefined) notes.push(printable(note))
  }
  if (cells.length === 0) return print(listing.empty)
  await print([formatTable(listing.columns, cells, terminalWidth()), ...notes].join('\n'))
}

async function* mapped<Row, Result>(
  rows: AsyncIterable<Row>,
  map: (row: Row) => Result,
): AsyncGenerator<Result> {
  for await (const row of rows) yield map(row)
}
