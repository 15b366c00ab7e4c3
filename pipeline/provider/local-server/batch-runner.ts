import { relative } from 'node:path'
import type { Clock } from '../../clock.js'
import { readLines } from '../../../data/jsonl.js'
import { answerLine, unansweredLine } from './answer-line.js'
import { AnswerLog, type ResultKind, resultFileName } from './answer-log.js'
import { isOver } from './batch-life.js'
import { type StoredBatch, isUnfinished } from './batch-record.js'
import type { BatchStore } from './batch-store.js'
import { checkInput } from './check-input.js'
import { earlyEndOf, rejectionOf } from './faults/batch-view.js'
import type { FaultPlan } from './faults/fault-plan.js'
import { spoilResults } from './faults/spoil-results.js'
import type { FileStore } from './file-store.js'
import { type InputLine, readInputLine } from './input-line.js'
import { Places } from './places.js'
import type { Respond } from './respond.js'

/** What the runner works with. */
export type BatchRunnerParts = {
  directory: string
  files: FileStore
  batches: BatchStore
  respond: Respond
  /** How many lines are answered at once. */
  concurrency: number
  clock: Clock
  /** Aborted when no further line is to be taken up. */
  closing: AbortSignal
  /** Aborted when the lines in flight are to be given up. */
  abandoned: AbortSignal
  log: (event: string, fields: Record<string, unknown>) => void
  faults: FaultPlan | undefined
}

/** How long a batch rests after a failure that is the machine's, a full disk for example. */
const REST_MS = 10_000

/**
 * Brings batches from one status to the next until they are over. Each step starts from what is on disk, so that it can
 * be broken off anywhere, and done again.
 *
 * One batch is checked at a time, and one has its lines answered at a time, in the order of their creation: so the first
 * one is ready as early as it can be.
 */
export class BatchRunner {
  readonly #parts: BatchRunnerParts
  readonly #checking = new Places(1)
  readonly #answering = new Places(1)
  readonly #runs = new Map<string, { cancel: AbortController; done: Promise<void> }>()

  constructor(parts: BatchRunnerParts) {
    this.#parts = parts
  }

  /** Takes up every batch that is not over. */
  resume(): void {
    for (const stored of this.#parts.batches.list()) if (isUnfinished(stored)) this.start(stored)
  }

  start(stored: StoredBatch): void {
    const cancel = new AbortController()
    const { id } = stored.batch
    const done = this.#run(stored, cancel.signal).finally(() => this.#runs.delete(id))
    this.#runs.set(id, { cancel, done })
  }

  /** Takes up no further line of the batch, which is cancelled once the lines in flight are answered. */
  async cancel(stored: StoredBatch): Promise<void> {
    const moved = this.#parts.batches.move(stored, 'cancelling', { endsAs: 'cancelled' })
    this.#runs.get(stored.batch.id)?.cancel.abort()
    await moved
  }

  /** Resolves when no batch is worked on any more; after `closing` and `abandoned`, that is at once. */
  async settled(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ done }) => done))
  }

  async #run(stored: StoredBatch, cancelled: AbortSignal): Promise<void> {
    const { clock, closing, log } = this.#parts
    while (!isOver(stored.batch.status) && !closing.aborted) {
      try {
        await this.#advance(stored, cancelled)
      } catch (error) {
        log('batch.interrupted', {
          batch: stored.batch.id,
          status: stored.batch.status,
          error: String(error),
        })
        await clock.sleep(REST_MS, closing)
      }
    }
  }

  async #advance(stored: StoredBatch, cancelled: AbortSignal): Promise<void> {
    const { status, id } = stored.batch
    const stop = AbortSignal.any([cancelled, this.#parts.closing])
    if (status === 'validating') await this.#check(stored, stop)
    else if (status === 'in_progress') await this.#answer(stored, stop)
    else await this.#finish(stored)
    if (stored.batch.status !== status)
      this.#parts.log('batch.moved', { batch: id, status: stored.batch.status })
  }

  async #check(stored: StoredBatch, stop: AbortSignal): Promise<void> {
    const { batches, files, faults } = this.#parts
    const { batch } = stored
    const giveBack = await this.#checking.take(stop)
    if (!giveBack) return
    try {
      const check = await checkInput(files.uploadPath(batch.input_file_id), batch.endpoint, stop)
      if (!check || batch.status !== 'validating') return
      const rejection = faults && rejectionOf(faults, batch.id)
      if (rejection) {
        await batches.move(stored, 'failed', { batch: { errors: { object: 'list', data: rejection } } })
      } else if (check.ok) {
        const request_counts = { total: check.lines, completed: 0, failed: 0 }
        await batches.move(stored, 'in_progress', { batch: { model: check.model, request_counts } })
      } else {
        await batches.move(stored, 'failed', { batch: { errors: { object: 'list', data: check.errors } } })
      }
    } finally {
      giveBack()
    }
  }

  async #answer(stored: StoredBatch, stop: AbortSignal): Promise<void> {
    const { batches } = this.#parts
    const { batch } = stored
    const answers = await AnswerLog.open(batches.folderOf(batch.id))
    const over = new AbortController()
    try {
      Object.assign(batch.request_counts, answers.counts)
      const halt = AbortSignal.any([stop, this.#expiryOf(stored, over.signal)])
      const giveBack = await this.#answering.take(halt)
      if (giveBack) await this.#answerLines(stored, answers, halt).finally(giveBack)
    } finally {
      over.abort()
      answers.close()
    }
    const { total, completed, failed } = batch.request_counts
    // Cancelled or closing in the meantime: whoever did that has said how it goes on.
    if (stop.aborted || batch.status !== 'in_progress') return
    const early = this.#parts.faults && earlyEndOf(this.#parts.faults, batch.id)
    if (early?.endsAs === 'cancelled' && completed + failed < total) {
      return batches.move(stored, 'cancelling', { endsAs: 'cancelled' })
    }
    await batches.move(stored, 'finalizing', { endsAs: completed + failed < total ? 'expired' : 'completed' })
  }

  /** Aborted when the batch expires, unless it is over before. */
  #expiryOf({ batch }: StoredBatch, over: AbortSignal): AbortSignal {
    const { clock } = this.#parts
    const expired = new AbortController()
    const left_ms = batch.expires_at * 1000 - clock.now().getTime()
    if (left_ms <= 0) expired.abort()
    else void clock.sleep(left_ms, over).then(() => expired.abort())
    return expired.signal
  }

  async #answerLines(stored: StoredBatch, answers: AnswerLog, halt: AbortSignal): Promise<void> {
    const lines = this.#unanswered(stored, answers, halt)
    const workers = Array.from({ length: this.#parts.concurrency }, async () => {
      for await (const line of lines) await this.#answerOne(line, stored, answers)
    })
    // A failing worker ends the lines for all; the log may be closed only when the last of them is done.
    const ends = await Promise.allSettled(workers)
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  async #answerOne(line: InputLine, stored: StoredBatch, answers: AnswerLog): Promise<void> {
    const { respond, abandoned, log } = this.#parts
    const output = await answerLine(line, respond, abandoned, (error) =>
      log('batch.line_failed', { batch: stored.batch.id, custom_id: line.custom_id, error: String(error) }),
    )
    if (!output) return
    answers.append(output)
    Object.assign(stored.batch.request_counts, answers.counts)
  }

  async *#unanswered(
    { batch }: StoredBatch,
    answers: AnswerLog,
    halt: AbortSignal,
  ): AsyncGenerator<InputLine> {
    const mostLines = this.#mostLines(batch)
    let taken = answers.counts.completed + answers.counts.failed
    for await (const { line, number } of readLines(this.#parts.files.uploadPath(batch.input_file_id))) {
      if (halt.aborted || taken >= mostLines) return
      const input = readInputLine(line)
      if ('code' in input)
        throw new Error(`line ${number} of ${batch.input_file_id} has changed since it was checked`)
      if (answers.has(input.custom_id)) continue
      taken++
      yield input
    }
  }

  /** Whoever answers lines stops early where a fault says so; whoever accounts for the rest does not. */
  #mostLines(batch: StoredBatch['batch']): number {
    const { faults } = this.#parts
    const early = batch.status === 'in_progress' && faults ? earlyEndOf(faults, batch.id) : undefined
    return early?.lines ?? Infinity
  }

  async #finish(stored: StoredBatch): Promise<void> {
    const { batches } = this.#parts
    const { batch, endsAs } = stored
    if (endsAs === null) throw new Error(`batch ${batch.id} is ${batch.status}, but not how it ends`)
    const answers = await AnswerLog.open(batches.folderOf(batch.id))
    try {
      // A batch that was cancelled before its input was checked has no lines to account for.
      if (endsAs !== 'completed' && batch.in_progress_at !== null) {
        for await (const { custom_id } of this.#unanswered(stored, answers, this.#parts.closing)) {
          answers.append(unansweredLine(custom_id, endsAs))
        }
      }
    } finally {
      answers.close()
    }
    if (this.#parts.closing.aborted) return
    const { faults } = this.#parts
    const bytes = faults ? await spoilResults(faults, batch.id, batches.folderOf(batch.id)) : answers.bytes
    const output_file_id = await this.#publish(stored, 'output', bytes.output)
    const error_file_id = await this.#publish(stored, 'errors', bytes.errors)
    Object.assign(batch.request_counts, answers.counts)
    await batches.move(stored, endsAs, { batch: { output_file_id, error_file_id, usage: answers.usage } })
  }

  /** Makes a file of the results; its id follows from the batch's, so that doing it again makes no second one. */
  async #publish(
    { batch, resultsKeptSeconds }: StoredBatch,
    kind: ResultKind,
    bytes: number,
  ): Promise<string | null> {
    if (bytes === 0) return null
    const { files, batches, directory } = this.#parts
    const { id } = await files.addResults({
      id: batch.id.replace('batch_', `file-${kind}-`),
      bytes,
      filename: `${batch.id}_${kind === 'output' ? 'output' : 'error'}.jsonl`,
      keptSeconds: resultsKeptSeconds,
      data: `${relative(directory, batches.folderOf(batch.id))}/${resultFileName(kind)}`,
    })
    return id
  }
}
