import Table from 'cli-table3'
import stringWidth from 'string-width'
import { printable } from './printable.js'
import { wrapText } from './wrap-text.js'

export type Column = { title: string; align?: 'left' | 'right' }

/**
 * Rows as a table of plain text, without colours, so that it can be piped and pasted. Numbers stand right when their
 * column says so. File names and captions are strangers' text: what is not printable in them is escaped.
 *
 * @param rows  one string a column; no rows give the head alone.
 * @param width  how many characters a line may have; the widest columns are wrapped until the table fits.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = Infinity,
): string {
  const head = columns.map(({ title }) => title)
  const cells = rows.map((row) => row.map(printable))
  const natural = head.map((title, at) => Math.max(...[title, ...cells.map((row) => row[at]!)].map(widthOf)))
  const fitted = fitColumns(natural, width)
  // Words stay whole where they can; an id that is wider than its column goes on in the next line.
  const wrap = (row: readonly string[]): string[] =>
    fitted === natural ? [...row] : row.map((text, at) => wrapText(text, fitted[at]!).join('\n'))
  const table = new Table({
    head: wrap(head),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    style: { head: [], border: [], compact: true },
  })
  for (const row of cells) table.push(wrap(row))
  return table.toString()
}

/** How columns and rows become text: a table, or anything else that shows the same. */
export type FormatRows = (columns: readonly Column[], rows: readonly (readonly string[])[]) => string

/** The same as a table of Markdown. */
export const formatMarkdown: FormatRows = (columns, rows) => {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => printable(cell).replaceAll('|', '\\|')).join(' | ')} |`
  const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'))
  return [line(columns.map(({ title }) => title)), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

/** A space on each side of a cell. */
const PADDING = 2
const NARROWEST = 6

/** Takes from the widest columns what does not fit; the same array when all fits, or when nothing would help. */
function fitColumns(natural: number[], width: number): number[] {
  const fitted = [...natural]
  let excess = natural.reduce((sum, content) => sum + content + PADDING + 1, 1) - width
  if (excess <= 0) return natural
  for (; excess > 0; excess--) {
    const widest = fitted.indexOf(Math.max(...fitted))
    if (fitted[widest]! <= NARROWEST) return natural
    fitted[widest]!--
  }
  return fitted
}

/** How many characters wide a terminal shows a text; of plain ASCII that is known without looking up every character. */
function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text)
}
