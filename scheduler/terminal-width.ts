import process from 'node:process'
import { type FormatRows, formatTable } from '../reports/table.js'

/** How many characters a printed line may have: what the terminal shows, or any number where none is watching. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity
}

/** A table that fits the terminal. */
export const terminalTable: FormatRows = (columns, rows) => formatTable(columns, rows, terminalWidth())
