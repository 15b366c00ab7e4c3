import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import leven from 'leven'
import { readLines } from '../../data/jsonl.js'
import { HemlineError } from '../../pipeline/errors.js'

/** The columns that mean something; any other is kept as it is. Only `image` is needed. */
const manifestColumns = ['image', 'post_id', 'position'] as const

/** One row of a manifest as text; a column that the row does not have is `''`. */
export type ManifestRow = {
  /** The line in the file, from 1, where the row starts. */
  line: number
  image: string
  postId: string
  position: string
  columns: Record<string, string>
}

const maxRowBytes = 1024 * 1024

/**
 * Reads a manifest row by row, in memory of one row.
 *
 * CSV has a header; its separator is `,` `;` or a tab, whichever the header holds most of. In JSON Lines a value that
 * is no string is kept as JSON, and null as `''`. Empty lines are skipped.
 *
 * @throws HemlineError `manifest_without_image_column`, `manifest_row_invalid` or `manifest_not_utf8`, with the line.
 */
export function manifestRows(path: string, format: 'csv' | 'jsonl'): AsyncGenerator<ManifestRow> {
  return format === 'csv' ? csvRows(path) : jsonlRows(path)
}

/** The error for a row that a person has to correct. */
export function invalidRow(
  path: string,
  line: number,
  why: string,
  hint: string,
  cause?: unknown,
): HemlineError {
  return new HemlineError({
    code: 'manifest_row_invalid',
    message: `line ${line} of "${basename(path)}": ${why}`,
    hint,
    cause,
  })
}

async function* csvRows(path: string): AsyncGenerator<ManifestRow> {
  const parser = parse({
    bom: true,
    columns: (header: string[]) => columnNames(path, header),
    delimiter: await findDelimiter(path),
    info: true,
    max_record_size: maxRowBytes,
    // Left to itself, the parser takes the first line's ending for all; a file that two programs wrote has both.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
  })
  const fed = pipeline(
    createReadStream(path),
    (chunks: AsyncIterable<Buffer>) => checkedUtf8(path, chunks),
    parser,
  )
  // A failure destroys the parser, and so reaches the loop below; when that has stopped early, there is none to tell.
  fed.catch(() => parser.destroy())
  const lines = new LineCount()
  try {
    for await (const { info, record } of parser as AsyncIterable<ParsedRecord>)
      yield toRow(lines.startOf(record, info.lines), record)
    await fed
  } catch (error) {
    throw error instanceof CsvError ? readableCsvError(path, error) : error
  }
}

type ParsedRecord = { info: { lines: number }; record: Record<string, string> }

/** csv-parse says on which line a record ends, and takes a "\r\n" inside quotes for two lines. */
class LineCount {
  #excess = 0

  startOf(record: Record<string, string>, lastLine: number): number {
    const breaks = Object.values(record).flatMap((value) => value.match(/\r\n|\r|\n/g) ?? [])
    this.#excess += breaks.filter((text) => text === '\r\n').length
    return lastLine - this.#excess - breaks.length
  }
}

async function findDelimiter(path: string): Promise<string> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0)
    const header =
      buffer
        .toString('utf8', 0, bytesRead)
        .replaceAll(/"[^"]*"/g, '')
        .trimStart()
        .split(/[\r\n]/, 1)[0] ?? ''
    const count = (delimiter: string): number => header.split(delimiter).length
    return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best))
  } finally {
    await file.close()
  }
}

async function* checkedUtf8(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = 1
  const check = (chunk: Buffer, stream: boolean): void => {
    try {
      decoder.decode(chunk, { stream })
    } catch (error) {
      throw notUtf8(path, `at or after line ${line}`, error)
    }
  }
  for await (const chunk of chunks) {
    check(chunk, true)
    line += chunk.toString('latin1').split('\n').length - 1
    yield chunk
  }
  check(Buffer.alloc(0), false)
}

function columnNames(path: string, header: string[]): string[] {
  const names = header.map((name, index) => name.trim() || `column_${index + 1}`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined)
    throw invalidRow(path, 1, `there are two columns "${twice}"`, 'Rename or delete one of them.')
  if (!names.includes('image')) throw withoutImage(path, 1, names)
  return names
}

async function* jsonlRows(path: string): AsyncGenerator<ManifestRow> {
  for await (const { line, number } of readLines(path, { maxBytes: maxRowBytes })) {
    const text = line.toString('utf8').replace(/^\uFEFF/, '')
    if (text.trim() === '') continue
    if (!isUtf8(line)) throw notUtf8(path, `on line ${number}`)
    const record = parseObject(path, number, text)
    if (!Object.hasOwn(record, 'image')) throw withoutImage(path, number, Object.keys(record))
    yield toRow(
      number,
      Object.fromEntries(Object.entries(record).map(([name, value]) => [name, textOf(value)])),
    )
  }
}

function parseObject(path: string, line: number, text: string): Record<string, unknown> {
  const hint = 'Write one JSON object a line, such as {"image": "look/01.jpg", "post_id": "look"}.'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalidRow(path, line, `not JSON: ${(error as Error).message}`, hint, error)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRow(path, line, `expected a JSON object, got ${text.slice(0, 40)}`, hint)
  return value as Record<string, unknown>
}

function textOf(value: unknown): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function toRow(line: number, record: Record<string, string>): ManifestRow {
  const { image = '', post_id: postId = '', position = '' } = record
  const known: readonly string[] = manifestColumns
  const columns = Object.fromEntries(Object.entries(record).filter(([name]) => !known.includes(name)))
  return { line, image, postId: postId.trim(), position: position.trim(), columns }
}

function withoutImage(path: string, line: number, names: readonly string[]): HemlineError {
  const near = names.find(
    (name) => /image|photo|picture|file|path|url/i.test(name) || leven('image', name) <= 2,
  )
  return new HemlineError({
    code: 'manifest_without_image_column',
    message: `line ${line} of "${basename(path)}" has no column "image"; it has ${names.map((name) => `"${name}"`).join(', ')}`,
    hint:
      near === undefined
        ? 'Name the column that holds the path or URL of the picture "image".'
        : `Did you mean "${near}"? Name it "image".`,
  })
}

function readableCsvError(path: string, error: CsvError): HemlineError {
  const line = Number(error['lines'] ?? 1)
  const [why, hint] = csvMistakes[error.code] ?? [error.message, 'Correct the line and try again.']
  return invalidRow(path, line, why, hint, error)
}

const csvMistakes: Record<string, [string, string]> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: [
    'the row has more or fewer values than the header has columns',
    'Put a value that holds the separator in double quotes.',
  ],
  CSV_QUOTE_NOT_CLOSED: [
    'a quote that opens before this line is never closed',
    'Close it, or double it: "".',
  ],
  INVALID_OPENING_QUOTE: [
    'a double quote stands inside a value that is not quoted',
    'Put the whole value in double quotes, and double the quote inside: "6"" heels".',
  ],
  CSV_INVALID_CLOSING_QUOTE: [
    'text follows a closing quote',
    'Double a quote that belongs to the value: "6"" heels".',
  ],
  CSV_MAX_RECORD_SIZE: [
    `a row is longer than ${maxRowBytes} bytes`,
    'Look for a double quote before this line that is never closed.',
  ],
}

function notUtf8(path: string, where: string, cause?: unknown): HemlineError {
  return new HemlineError({
    code: 'manifest_not_utf8',
    message: `"${basename(path)}" is not UTF-8 ${where}`,
    hint: 'Save it again as UTF-8 (in Excel: "CSV UTF-8").',
    cause,
  })
}
