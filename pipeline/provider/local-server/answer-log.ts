import { appendFileSync, closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs'
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../../data/data-error.js'
import { readLines } from '../../../data/jsonl.js'
import type { OutputLine } from './answer-line.js'
import type { BatchUsage } from './batch-record.js'
import { digestCustomId } from './input-line.js'

const files = { output: 'output.jsonl', errors: 'errors.jsonl' } as const

export type ResultKind = keyof typeof files

const resultKinds = Object.keys(files) as ResultKind[]

/** The name of a batch's result file in the batch's folder. */
export function resultFileName(kind: ResultKind): string {
  return files[kind]
}

/**
 * The answers of one batch so far: two files that only grow, and that become its output and its error file. What is in
 * them has happened; after a crash they say which lines need no answer any more.
 */
export class AnswerLog {
  /** Lines that were answered, well or badly; those that were never taken up count as neither. */
  readonly counts = { completed: 0, failed: 0 }
  readonly usage: BatchUsage = {
    input_tokens: 0,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 0,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 0,
  }
  readonly bytes: Record<ResultKind, number> = { output: 0, errors: 0 }
  readonly #done = new Set<string>()
  readonly #files: Record<ResultKind, number>

  private constructor(folder: string) {
    this.#files = {
      output: openSync(join(folder, files.output), 'a'),
      errors: openSync(join(folder, files.errors), 'a'),
    }
  }

  /** Opens the log of the batch with this folder; a last line that a crash has torn is cut off. */
  static async open(folder: string): Promise<AnswerLog> {
    const log = new AnswerLog(folder)
    try {
      for (const kind of resultKinds) await log.#recover(join(folder, files[kind]), kind)
      return log
    } catch (error) {
      log.close()
      throw error
    }
  }

  async #recover(path: string, kind: ResultKind): Promise<void> {
    const { size } = await stat(path)
    try {
      for await (const { line, offset } of readLines(path)) {
        const end = offset + line.length + 1
        const output = end <= size ? parse(line) : undefined
        if (!output) break
        this.#count(output, end - offset, kind)
      }
    } catch (error) {
      // A "line" longer than any answer is what a crash of the machine leaves; it is cut off like a torn one.
      if (!(error instanceof DataError)) throw error
    }
    if (this.bytes[kind] < size) await truncate(path, this.bytes[kind])
  }

  /** Whether the line needs no answer any more. */
  has(customId: string): boolean {
    return this.#done.has(digestCustomId(customId))
  }

  /** Appends in one synchronous write, so that a line is either recorded and counted or neither. */
  append(output: OutputLine): void {
    const kind: ResultKind = output.response?.status_code === 200 ? 'output' : 'errors'
    const line = Buffer.from(`${JSON.stringify(output)}\n`)
    try {
      appendFileSync(this.#files[kind], line)
    } catch (error) {
      // What a full disk took of the line must not stand before the next one.
      ftruncateSync(this.#files[kind], this.bytes[kind])
      throw error
    }
    this.#count(output, line.length, kind)
  }

  /** Closes the files once their content is on disk. */
  close(): void {
    for (const kind of resultKinds) {
      fsyncSync(this.#files[kind])
      closeSync(this.#files[kind])
    }
  }

  #count(output: OutputLine, bytes: number, kind: ResultKind): void {
    this.bytes[kind] += bytes
    this.#done.add(digestCustomId(output.custom_id))
    if (output.response === null) return
    if (kind === 'errors') this.counts.failed++
    else this.counts.completed++
    if ('usage' in output.response.body) this.#addUsage(output.response.body.usage)
  }

  /** Upstream servers report what they like; what they leave out counts as 0. */
  #addUsage(usage: ChatUsage | undefined): void {
    const input = usage?.prompt_tokens ?? 0
    const output = usage?.completion_tokens ?? 0
    this.usage.input_tokens += input
    this.usage.output_tokens += output
    this.usage.total_tokens += input + output
    this.usage.input_tokens_details.cached_tokens += usage?.prompt_tokens_details?.cached_tokens ?? 0
    this.usage.output_tokens_details.reasoning_tokens +=
      usage?.completion_tokens_details?.reasoning_tokens ?? 0
  }
}

type ChatUsage = {
  prompt_tokens?: number
  completion_tokens?: number
  prompt_tokens_details?: { cached_tokens?: number } | null
  completion_tokens_details?: { reasoning_tokens?: number } | null
}

function parse(line: Buffer): OutputLine | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as OutputLine
  } catch {
    return undefined
  }
}
