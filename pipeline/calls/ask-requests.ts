import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readLines } from '../../data/jsonl.js'
import { getAccount } from '../../data/records/accounts.js'
import { recordAccount } from '../../data/records/batch-submission.js'
import { type BatchRecord, getBatch } from '../../data/records/batches.js'
import {
  type CallEnd,
  beginCall,
  endCall,
  findUnansweredOfPart,
  recordCallsOver,
  takeLostCalls,
} from '../../data/records/calls.js'
import { findSent, settleLines } from '../../data/records/outcomes.js'
import { getPart } from '../../data/records/parts.js'
import type { AnswerRules } from '../batch/answer-rules.js'
import { type BatchContext, assertSameAccount } from '../batch/batch-context.js'
import { parseCustomId } from '../batch/custom-id.js'
import { Reconciliation } from '../batch/reconciliation.js'
import { readResultLine } from '../batch/result-line.js'
import { resultPaths } from '../batch/result-paths.js'
import { settleFile } from '../batch/settle-file.js'
import { ProviderError, type Reply } from '../provider/provider.js'
import { type AnswerJournal, openJournal } from './answer-journal.js'
import { Pace } from './pace.js'

/** `over`: every request has its outcome, or somebody cancelled. `later`: nothing more to do before the instant. */
export type Asked = { kind: 'over' } | { kind: 'later'; at: Date; because: string }

/** How often a request is asked when the provider fails, or its answer does not come, before that is its outcome. */
const TRIES = 3
const FIRST_RETRY_MS = 1_000
/** A longer pause than this is not waited for with requests in hand. */
const LONGEST_WAIT_MS = 60_000
/** Until a provider that cannot be reached is tried again. */
const UNREACHABLE_PAUSE_MS = 30_000
/** What is in the air when the process is asked to stop has so long to come back. */
const GRACE_MS = 1_500
/** Neither the request nor the provider's state is at fault for long. */
const PASSING_STATUS = new Set([408, 409, 425])

/**
 * Asks the requests of a part one by one, as many at once as the provider lets, going on from wherever an earlier process
 * ended. That a request is sent is written down before it is; its answer is on disk, and booked, as soon as it comes, before
 * the next request takes its place. So a kill loses at most what is in the air, and the next process says how much that was.
 *
 * @param most  how many requests may be in the air at once.
 * @throws ProviderError for what keeps every request from an answer (key, permission, model, credit); what was answered is
 *   kept, and the next run goes on.
 * @throws HemlineError `other_account` when the provider is another one than it was begun with.
 */
export async function askRequests(
  batch: BatchRecord,
  rules: AnswerRules,
  most: number,
  context: BatchContext,
): Promise<Asked> {
  await assertSameProvider(batch, context)
  const part = await getPart(context.db, batch.part_id)
  const path = context.pathOf(resultPaths(part.path).output)
  const journal = await openJournal(path)
  try {
    const reconciliation = new Reconciliation(await findSent(context.db, batch))
    // An answer that came last may be on disk and not booked yet.
    await settleFile('output', path, batch, reconciliation, rules, context)
    await tellLost(batch, context)
    const asking = new Asking(batch, { journal, reconciliation, rules }, new Pace(most), context)
    try {
      await asking.askAll(context.pathOf(part.path))
    } finally {
      await tellLost(batch, context)
    }
    if (asking.later) return { kind: 'later', ...asking.later }
    const status = (await isCancelling(batch, context)) ? 'cancelled' : 'completed'
    await recordCallsOver(context.db, batch.id, status, context.clock.now())
    return { kind: 'over' }
  } finally {
    await journal.close()
  }
}

/** Another key of the same provider may go on: nothing of it is there. */
async function assertSameProvider(batch: BatchRecord, context: BatchContext): Promise<void> {
  if (batch.account_id === context.accountId) return
  const { base_url: before } = await getAccount(context.db, batch.account_id)
  if (before !== context.provider.account.baseUrl) return assertSameAccount(context, batch)
  await recordAccount(context.db, batch.id, context.accountId)
}

async function tellLost(batch: BatchRecord, context: BatchContext): Promise<void> {
  const calls = await takeLostCalls(context.db, await getBatch(context.db, batch.id))
  if (calls > 0) context.notify({ kind: 'calls.lost', batch: batch.provider_batch_id!, calls })
}

async function isCancelling(batch: BatchRecord, context: BatchContext): Promise<boolean> {
  return (await getBatch(context.db, batch.id)).status === 'cancelling'
}

type Books = { journal: AnswerJournal; reconciliation: Reconciliation; rules: AnswerRules }

class Asking {
  /** Set when nothing more can be asked before an instant. */
  later: { at: Date; because: string } | undefined
  readonly #air = new Set<Promise<void>>()
  #failure: unknown
  #done = 0

  constructor(
    private readonly batch: BatchRecord,
    private readonly books: Books,
    private readonly pace: Pace,
    private readonly context: BatchContext,
  ) {}

  /** Reads the lines of the tasks file, and asks those that have no outcome yet. */
  async askAll(tasksPath: string): Promise<void> {
    const { signal } = this.context
    const open = await findUnansweredOfPart(this.context.db, this.batch.part_id)
    this.#done = this.batch.requests_total - open.size
    const ofCalls = new AbortController()
    const stop = (): void => void setTimeout(() => ofCalls.abort(signal.reason), GRACE_MS).unref()
    signal.addEventListener('abort', stop, { once: true })
    try {
      for await (const { line } of readLines(tasksPath)) {
        const task = JSON.parse(line.toString('utf8')) as { custom_id: string; body: object }
        const id = parseCustomId(task.custom_id)?.id
        if (id === undefined || !open.has(id)) continue
        await this.#room()
        if (this.#isOver() || (await isCancelling(this.batch, this.context))) break
        this.#start(id, task, ofCalls.signal)
      }
    } finally {
      await Promise.all(this.#air)
      signal.removeEventListener('abort', stop)
    }
    if (this.#failure !== undefined) throw this.#failure
    signal.throwIfAborted()
  }

  /** Waits until another request may be in the air. */
  async #room(): Promise<void> {
    while (this.#air.size >= this.pace.slots && !this.#isOver()) await Promise.race(this.#air)
    await this.#turn()
  }

  /** Waits until the provider lets the next call through. */
  async #turn(): Promise<void> {
    for (let ms = this.#waitMs(); ms > 0 && !this.#isOver(); ms = this.#waitMs()) {
      if (ms > LONGEST_WAIT_MS)
        return this.#stopUntil(ms, 'the provider asks to wait: its rate limit is used up')
      await this.#pause(ms)
    }
  }

  #waitMs(): number {
    return this.pace.waitMs(this.context.clock.now().getTime())
  }

  /** In real time: the provider's limits are those of the real clock. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.context.signal }).catch(() => {})
  }

  #isOver(): boolean {
    return this.#failure !== undefined || this.later !== undefined || this.context.signal.aborted
  }

  #stopUntil(ms: number, because: string): void {
    this.later ??= { at: new Date(this.context.clock.now().getTime() + ms), because }
  }

  #start(id: number, task: { custom_id: string; body: object }, signal: AbortSignal): void {
    const call = this.#ask(id, task, signal)
      .catch((error: unknown) => void (this.#failure ??= error))
      .finally(() => this.#air.delete(call))
    this.#air.add(call)
  }

  async #ask(id: number, task: { custom_id: string; body: object }, signal: AbortSignal): Promise<void> {
    const body = this.batch.lane === 'flex' ? { ...task.body, service_tier: 'flex' } : task.body
    for (let failures = 0; !this.#isOver();) {
      const { clock, db, provider } = this.context
      const sentAt = clock.now()
      await beginCall(db, this.batch.id, id, sentAt)
      const outcome = await provider.ask(body, signal).catch((error: unknown) => {
        if (error instanceof ProviderError) return error
        throw error
      })
      if (outcome instanceof ProviderError) {
        if (outcome.acted === 'no') return this.#stopFor(outcome, id)
        await this.#end(id, 'lost')
        this.context.notify({ kind: 'calls.lost', batch: this.batch.provider_batch_id!, calls: 1 })
        if (++failures === TRIES) return this.#store(id, { ...line(task.custom_id), error: errorOf(outcome) })
      } else if (outcome.status === 429) {
        await this.#end(id, 'not_sent')
        this.pace.refused(outcome.limits, sentAt.getTime(), clock.now().getTime())
        await this.#turn()
        continue
      } else if (mayPass(outcome) && ++failures < TRIES) {
        await this.#end(id, 'not_sent')
      } else {
        this.pace.answered(outcome.limits, clock.now().getTime())
        return this.#store(id, { ...line(task.custom_id), response: responseOf(outcome) })
      }
      await this.#pause(FIRST_RETRY_MS * 2 ** (failures - 1))
    }
  }

  /** Nothing was sent. What passes is tried again later; the rest ends the run. */
  async #stopFor(error: ProviderError, id: number): Promise<void> {
    await this.#end(id, 'not_sent')
    if (!error.isPassing) throw error
    this.#stopUntil(UNREACHABLE_PAUSE_MS, error.message)
  }

  /** On disk first, then in the books: whatever is killed in between, it is there. */
  async #store(id: number, answer: object): Promise<void> {
    const { journal, reconciliation, rules } = this.books
    const { db, clock, notify } = this.context
    await journal.append(answer)
    const { settled } = reconciliation.take(readResultLine(Buffer.from(JSON.stringify(answer))), rules)
    if (settled) await settleLines(db, this.batch, { lines: [settled], strays: [] }, clock.now())
    await this.#end(id, settled?.outcome.kind === 'answered' ? 'answered' : 'failed')
    notify({ kind: 'calls.answered', done: ++this.#done, total: this.batch.requests_total })
  }

  #end(id: number, end: CallEnd): Promise<void> {
    return endCall(this.context.db, this.batch.id, id, end)
  }
}

function mayPass({ status }: Reply): boolean {
  return status >= 500 || PASSING_STATUS.has(status)
}

function line(customId: string): { id: string; custom_id: string; response: null; error: null } {
  return { id: `call_${randomUUID().replaceAll('-', '')}`, custom_id: customId, response: null, error: null }
}

function responseOf({ status, requestId, body }: Reply): object {
  return { status_code: status, request_id: requestId, body }
}

function errorOf({ code, message }: ProviderError): object {
  return { code, message }
}
