import process from 'node:process'
import { styleText } from 'node:util'

/** Frames of tables, and bars. */
const FRAME = /[\u2500-\u257f]+/g
const BAR = /\u2588+/g

/**
 * Lets a table's frame step back, and its bars stand out. Only on a terminal that wants colour (NO_COLOR, and what else Node
 * knows); anywhere else the text stays as it is.
 */
export function paint(text: string): string {
  const options = { stream: process.stdout, validateStream: true }
  return text
    .replace(FRAME, (frame) => styleText('dim', frame, options))
    .replace(BAR, (bar) => styleText('cyan', bar, options))
}
