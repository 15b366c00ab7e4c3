import stringWidth from 'string-width'

/** A cell as the lines that it takes. */
export type CellLines = readonly string[]

/**
 * Draws rows with lines around and between the columns, under a head; columns are as wide as the widest line in them.
 *
 * @param isRight  by column: whether its text stands right.
 */
export function drawTable(
  head: readonly CellLines[],
  rows: readonly (readonly CellLines[])[],
  isRight: readonly boolean[],
): string {
  const widths = head.map((_, at) =>
    Math.max(...[head, ...rows].flatMap((row) => row[at]!.map((line) => widthOf(line)))),
  )
  const rule = ([left, middle, right]: string): string =>
    `${left}${widths.map((width) => '─'.repeat(width + 2)).join(middle)}${right}`
  const draw = (row: readonly CellLines[]): string[] => {
    const height = Math.max(...row.map(({ length }) => length))
    return Array.from({ length: height }, (_, line) => {
      const cells = row.map((lines, at) => padded(lines[line] ?? '', widths[at]!, isRight[at]!))
      return `│ ${cells.join(' │ ')} │`
    })
  }
  const body = rows.length === 0 ? [] : [rule('├┼┤'), ...rows.flatMap(draw)]
  return [rule('┌┬┐'), ...draw(head), ...body, rule('└┴┘')].join('\n')
}

/** How many characters wide a terminal shows a text; of plain ASCII that is known without looking up every character. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text)
}

function padded(text: string, width: number, isRight: boolean): string {
  const space = ' '.repeat(width - widthOf(text))
  return isRight ? space + text : text + space
}
