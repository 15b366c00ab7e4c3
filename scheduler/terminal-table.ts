import { type FormatRows, formatTable } from '../reports/table.js'
import { terminalWidth } from './terminal-width.js'

/** A table that fits the terminal. */
export const terminalTable: FormatRows = (columns, rows) => formatTable(columns, rows, terminalWidth())
