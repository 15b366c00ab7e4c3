import stringWidth from 'string-width'

/** A value with its label and its text; values are at least 0. */
export type Bar = { label: string; value: number; text: string }

const LONGEST_BAR = 40

/**
 * Bars of plain characters, one a line, the largest value the longest. Labels stand left, texts behind their bars.
 *
 * @param width  of a line, in characters; bars shrink to what is left of it, and are at least one character.
 */
export function formatBars(bars: readonly Bar[], width = Infinity): string {
  const labels = Math.max(0, ...bars.map(({ label }) => stringWidth(label)))
  const texts = Math.max(0, ...bars.map(({ text }) => stringWidth(text)))
  const longest = Math.max(1, Math.min(LONGEST_BAR, width - labels - texts - 2))
  const largest = Math.max(0, ...bars.map(({ value }) => value))
  return bars
    .map(({ label, value, text }) => {
      const length = largest === 0 ? 0 : Math.max(value > 0 ? 1 : 0, Math.round((value / largest) * longest))
      return `${label}${' '.repeat(labels - stringWidth(label))} ${'█'.repeat(length)} ${text}`
    })
    .join('\n')
}
