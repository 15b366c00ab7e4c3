import type { Listing } from '../reports/listing.js'
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
  for await (const row of rows) cells.push(listing.cells(row))
  await print(cells.length === 0 ? listing.empty : formatTable(listing.columns, cells, terminalWidth()))
}

async function* mapped<Row, Result>(
  rows: AsyncIterable<Row>,
  map: (row: Row) => Result,
): AsyncGenerator<Result> {
  for await (const row of rows) yield map(row)
}
