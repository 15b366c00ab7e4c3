import type { Column } from './table.js'

/** How the rows of a listing are shown, for a person and for a program. */
export type Listing<Row> = {
  columns: readonly Column[]
  cells(row: Row): string[]
  /** One JSON line; its names are stable. */
  json(row: Row): object
  /** What stands below the table about a row that wants something of the person. */
  note?(row: Row): string | undefined
  /** What is said instead of a table without rows. */
  empty: string
}
