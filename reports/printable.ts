/** What would break out of its line, or drive the terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text on one line, with everything that is not printable as an escape such as `\u000a`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapeOf)
}

/** Text of several lines; what is not printable in each is an escape. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** JSON that means the same; it has escapes for what is below a blank already, and terminals obey U+0080 to U+009F as well. */
export function printableJson(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, escapeOf)
}

function escapeOf(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
}
