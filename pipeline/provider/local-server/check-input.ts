import { stat } from 'node:fs/promises'
import { DataError } from '../../../data/data-error.js'
import { readLines } from '../../../data/jsonl.js'
import type { BatchError } from './batch-record.js'
import { type InputLine, digestCustomId, readInputLine } from './input-line.js'

/** A sound input file's number of lines and its model, null when its lines name none; or what is wrong with it. */
export type InputCheck =
  | { ok: true; lines: number; model: string | null }
  | { ok: false; errors: BatchError[] }

/** The limits of the Batch API (guide "Batch API", read 2026-11); 200 MB is taken as 200,000,000 bytes. */
const MOST_LINES = 50_000
const MOST_BYTES = 200_000_000
/** A file with more errors than this is not read on. */
const MOST_ERRORS = 100

/**
 * Checks an input file before any of its lines is answered, in the memory of one line. What a request's body gets wrong
 * is not looked at, but its model: that fails only its own line, later.
 *
 * @param endpoint  the one that every line must name as its url.
 * @returns undefined when the signal was aborted first.
 */
export async function checkInput(
  path: string,
  endpoint: string,
  signal: AbortSignal,
): Promise<InputCheck | undefined> {
  const bytes = await sizeOf(path)
  if (bytes === undefined) return failed('invalid_request', 'Cannot find the input file.')
  if (bytes === 0) return failed('empty_file', 'The input file is empty.')
  if (bytes > MOST_BYTES) {
    return failed('file_too_large', `The input file has ${bytes} bytes; a batch takes at most ${MOST_BYTES}.`)
  }
  const findings = new Findings(endpoint)
  try {
    for await (const { line, number } of readLines(path)) {
      if (signal.aborted) return undefined
      findings.add(readInputLine(line), number)
      if (number > MOST_LINES) return failed('too_many_tasks', `A batch takes at most ${MOST_LINES} lines.`)
      if (findings.errors.length >= MOST_ERRORS) break
    }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    findings.errors.push({ code: 'invalid_json_line', message: error.message, param: null, line: null })
  }
  if (findings.errors.length > 0) return { ok: false, errors: findings.errors }
  return { ok: true, lines: findings.lines, model: findings.model }
}

/** What the lines say together. */
class Findings {
  readonly errors: BatchError[] = []
  lines = 0
  model: string | null = null
  readonly #endpoint: string
  readonly #seen = new Set<string>()

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  add(line: ReturnType<typeof readInputLine>, number: number): void {
    this.lines++
    if ('code' in line) this.errors.push({ ...line, line: number })
    else this.#addSound(line, number)
  }

  #addSound({ custom_id, url, body }: InputLine, line: number): void {
    const digest = digestCustomId(custom_id)
    if (this.#seen.has(digest)) {
      const message = `The custom_id '${custom_id.slice(0, 100)}' is already used by another line.`
      this.errors.push({ code: 'duplicate_custom_id', message, param: 'custom_id', line })
    }
    this.#seen.add(digest)
    if (url !== this.#endpoint) {
      const message = `The url '${url.slice(0, 100)}' is not the endpoint of the batch, '${this.#endpoint}'.`
      this.errors.push({ code: 'url_mismatch', message, param: 'url', line })
    }
    if (typeof body['model'] !== 'string') return
    this.model ??= body['model']
    if (body['model'] !== this.model) {
      const message = `The model '${body['model'].slice(0, 100)}' is not that of the lines before, '${this.model}'.`
      this.errors.push({ code: 'model_mismatch', message, param: 'body.model', line })
    }
  }
}

function failed(code: string, message: string): InputCheck {
  return { ok: false, errors: [{ code, message, param: null, line: null }] }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
