import { isUtf8 } from 'node:buffer'

/**
 * A path as the file system has it: one character (U+0000 to U+00FF) a byte. Any legal name fits, it is compared and
 * joined as a string, and it costs what a string costs.
 */
export type RawPath = string

const ascii = /^\p{ASCII}*$/u

/** The raw path of text, in UTF-8. */
export function rawOf(text: string): RawPath {
  return ascii.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

/** What `node:fs` is given for a raw path: text where it is UTF-8, else its bytes. */
export function fsPath(raw: RawPath): string | Buffer {
  if (ascii.test(raw)) return raw
  const bytes = Buffer.from(raw, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes
}

/**
 * Writes a path as text that is stored, shown, and read back by `rawOfText`. Text is itself; a byte that is not UTF-8
 * is `\xHH`, and a backslash is `\\`, so two different paths never share a text. Nothing is normalised: composed and
 * decomposed accents stay two names, as they are on disk.
 */
export function pathText(raw: RawPath): string {
  const path = fsPath(raw)
  if (typeof path === 'string') return path.replaceAll('\\', '\\\\')
  let text = ''
  for (let at = 0; at < path.length;) {
    const character = characterAt(path, at)
    if (character === undefined) text += `\\x${path.toString('hex', at, at + 1).toUpperCase()}`
    else text += character === '\\' ? '\\\\' : character
    at += character === undefined ? 1 : Buffer.byteLength(character)
  }
  return text
}

/** Reads back what `pathText` wrote. A backslash that `pathText` would not write stands for itself. */
export function rawOfText(text: string): RawPath {
  return text
    .split(/(\\\\|\\x[0-9A-Fa-f]{2})/)
    .map((part, index) => {
      if (index % 2 === 0) return rawOf(part)
      return part === '\\\\' ? '\\' : String.fromCharCode(Number.parseInt(part.slice(2), 16))
    })
    .join('')
}

/** Joins a folder's raw path and a name; `''` is the folder that relative paths start from. */
export function joinRaw(folder: RawPath, name: RawPath): RawPath {
  if (folder === '') return name
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`
}

/** Whether `path` is `folder` or lies below it, by name alone; both are real paths. */
export function isWithin(path: RawPath, folder: RawPath): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/** The character whose UTF-8 form starts at `at`, or undefined; no prefix of one is itself UTF-8. */
function characterAt(bytes: Buffer, at: number): string | undefined {
  for (let end = at + 1; end <= Math.min(at + 4, bytes.length); end++)
    if (isUtf8(bytes.subarray(at, end))) return bytes.toString('utf8', at, end)
  return undefined
}
