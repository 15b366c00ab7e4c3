import { hash } from 'node:crypto'
import type { Charge, SettledLine, StrayLine } from '../../data/records/outcomes.js'
import type { SentRequests } from '../../data/records/sent-requests.js'
import type { AnswerRules } from './answer-rules.js'
import type { LineFailure, ResultLine } from './result-line.js'
import { type OutcomeName, type Tally, emptyTally, outcomes } from './tally.js'

type Taken = { settled?: SettledLine; stray?: StrayLine['kind'] }

/** Matches the lines of a batch's files against what was sent, one at a time, and keeps the tally. */
export class Reconciliation {
  readonly tally: Tally
  readonly #sent: SentRequests
  /** Of each request that was sent, 0 or the place, from 1, of its outcome in the list of them. */
  readonly #outcomes: Uint8Array

  constructor(sent: SentRequests) {
    this.#sent = sent
    this.#outcomes = new Uint8Array(sent.size)
    this.tally = emptyTally(sent.size)
  }

  /**
   * What one line means. A second line of a request is a stray, but when it brings the answer that the first one did
   * not, that answer is taken: it is paid for.
   */
  take(line: ResultLine, rules: AnswerRules): Taken {
    if (line.kind !== 'result') return this.#stray(line.kind)
    const index = this.#sent.indexOf(line.id, line.fingerprint)
    if (index === -1) return this.#stray('foreign')
    const { settled, outcome } = settle(line, rules)
    const before = outcomes[this.#outcomes[index]! - 1]
    if (before === undefined) {
      this.#count(index, outcome)
      return { settled }
    }
    this.#stray('repeated')
    if (before === 'answered' || outcome !== 'answered') return { stray: 'repeated' }
    this.tally[before]--
    this.#count(index, outcome)
    return { settled, stray: 'repeated' }
  }

  /** Settles the requests that no line spoke of; what the batch's end tells about them is their reason. */
  takeMissing(batchStatus: string): SettledLine[] {
    const failure = failureOfMissing(batchStatus)
    const missing: SettledLine[] = []
    for (const [index, requestId] of this.#sent.ids().entries()) {
      if (this.#outcomes[index] !== 0) continue
      this.#count(index, failure.tally)
      missing.push({ requestId, outcome: failedOutcome(failure), charge: undefined })
    }
    return missing
  }

  #count(index: number, outcome: OutcomeName): void {
    this.#outcomes[index] = 1 + outcomes.indexOf(outcome)
    this.tally[outcome]++
  }

  #stray(kind: StrayLine['kind']): Taken {
    this.tally[kind]++
    return { stray: kind }
  }
}

function settle(
  line: Extract<ResultLine, { kind: 'result' }>,
  rules: AnswerRules,
): { settled: SettledLine; outcome: OutcomeName } {
  const charge = chargeOf(line, rules)
  const requestId = line.id
  if (!('content' in line.result)) {
    return {
      settled: { requestId, outcome: failedOutcome(line.result), charge },
      outcome: line.result.tally,
    }
  }
  const read = rules.readAnswer(line.result.content)
  if (!read.ok) {
    const { code, message } = read
    const outcome = failedOutcome({ tally: 'invalid', code, message, isRetryable: true })
    return { settled: { requestId, outcome, charge }, outcome: 'invalid' }
  }
  const digest = hash('sha256', read.body)
  const outcome = { kind: 'answered', body: read.body, digest, model: line.model } as const
  return { settled: { requestId, outcome, charge }, outcome: 'answered' }
}

function chargeOf(line: Extract<ResultLine, { kind: 'result' }>, rules: AnswerRules): Charge | undefined {
  if (!line.usage) return undefined
  return { model: line.model, ...line.usage, ...rules.price(line.usage, line.tier) }
}

function failureOfMissing(batchStatus: string): LineFailure {
  const isRetryable = true
  if (batchStatus === 'expired') {
    return {
      tally: 'expired',
      code: 'batch_expired',
      message: 'The batch expired before this request ran.',
      isRetryable,
    }
  }
  if (batchStatus === 'cancelled') {
    return {
      tally: 'cancelled',
      code: 'batch_cancelled',
      message: 'The batch was cancelled before this request ran.',
      isRetryable,
    }
  }
  return {
    tally: 'missing',
    code: 'missing',
    message: 'No line of the result files speaks of this request.',
    isRetryable,
  }
}

/** Somebody cancelled it before it ran: however often that happens, it says nothing about the request. */
function failedOutcome({ tally, code, message, isRetryable }: LineFailure): SettledLine['outcome'] {
  return { kind: 'failed', code, message, isRetryable, isAttempt: tally !== 'cancelled' }
}
