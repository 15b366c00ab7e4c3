import Table from 'cli-table3'

export type Column = { title: string; align?: 'left' | 'right' }

/** Cells that would break out of their row, or drive the terminal, are shown as escapes. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Rows as a table of plain text, without colours, so that it can be piped and pasted. Numbers stand right when their
 * column says so. File names and captions are strangers' text: what is not printable in them is escaped.
 *
 * @param rows  one string a column; no rows give the head alone.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true },
  })
  for (const row of rows) table.push(row.map(printable))
  return table.toString()
}

/** Text on one line, with everything that is not printable as an escape such as `\u000a`. */
export function printable(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )
}
