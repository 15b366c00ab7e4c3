import stringWidth from 'string-width'

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/**
 * Breaks a text into lines that are no wider than so many columns: between words, and within one that is wider alone. Nothing
 * is lost but the blanks at which it broke.
 *
 * @param width  at least 1.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (stringWidth(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    const pieces = cut(word, width)
    line = pieces.pop()!
    lines.push(...pieces)
  }
  return [...lines, line]
}

/** The pieces of one word, each but the last as wide as fits; a character that is wider alone stands alone. */
function cut(word: string, width: number): string[] {
  const pieces = ['']
  for (const { segment } of characters.segment(word)) {
    const last = pieces.at(-1)!
    if (last !== '' && stringWidth(last + segment) > width) pieces.push(segment)
    else pieces[pieces.length - 1] = last + segment
  }
  return pieces
}
