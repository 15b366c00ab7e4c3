import { isUtf8 } from 'node:buffer'
import { parseCustomId } from './custom-id.js'

/** Tokens as one answer reports them; the truth that charges are priced from. */
export type Usage = {
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
}

/** Why a request of a batch ended without a usable answer. */
export type LineFailure = {
  /** How it counts in the batch's tally. */
  tally: 'failed' | 'expired' | 'cancelled' | 'invalid' | 'missing'
  /** The provider's own code where it gave one, else ours. */
  code: string
  message: string
  /** Whether sending it again can help. */
  isRetryable: boolean
}

/** One line of a results file, before it is known whether its request is ours and its content makes sense. */
export type ResultLine =
  | { kind: 'nonsense' }
  | { kind: 'foreign' }
  | {
      kind: 'result'
      id: number
      fingerprint: string
      model: string
      usage: Usage | undefined
      /** The service tier that answered, where it is named. */
      tier: string | undefined
      result: { content: string } | LineFailure
    }

/** Responses that say nothing about the request itself. */
const RETRYABLE_STATUS = new Set([0, 408, 409, 425, 429])
const EXCERPT_LENGTH = 300

/**
 * Reads one line of an output or error file in any of the shapes that providers were seen to write: an error object, an
 * HTTP failure inside the response, no response at all, status 0, an empty body, a refusal, an answer cut off.
 */
export function readResultLine(line: Buffer): ResultLine {
  const parsed = parseObject(line)
  if (!parsed) return { kind: 'nonsense' }
  const id = parseCustomId(parsed.custom_id)
  if (!id) return { kind: parsed.custom_id === undefined ? 'nonsense' : 'foreign' }
  const response = asObject(parsed.response)
  const body = asObject(response?.body)
  return {
    kind: 'result',
    ...id,
    model: typeof body?.model === 'string' ? body.model : '',
    usage: readUsage(asObject(body?.usage)),
    tier: typeof body?.service_tier === 'string' ? body.service_tier : undefined,
    result: readResult(asObject(parsed.error), response, body),
  }
}

/**
 * The id of a line's request, by where it usually stands: good enough to put lines in order by, and much faster than to
 * parse them twice. Infinity where there is none.
 */
export function idInResultLine(line: Buffer): number {
  const field = line.indexOf(ID_FIELD)
  if (field === -1) return Infinity
  const start = line.indexOf(QUOTE, field + ID_FIELD.length) + 1
  let id = 0
  for (let at = start; ; at++) {
    const digit = line[at]! - ZERO
    if (!(digit >= 0 && digit <= 9)) return at === start ? Infinity : id
    id = 10 * id + digit
  }
}

const ID_FIELD = Buffer.from('"custom_id"')
const QUOTE = 0x22
const ZERO = 0x30

function readResult(
  error: Json | undefined,
  response: Json | undefined,
  body: Json | undefined,
): { content: string } | LineFailure {
  if (error) return failureOfError(error)
  if (!response) return retryable('no_response', 'The line holds neither a response nor an error.')
  const status = typeof response.status_code === 'number' ? response.status_code : 0
  if (status !== 200) return failureOfStatus(status, asObject(body?.error))
  const choice = asObject(Array.isArray(body?.choices) ? body.choices[0] : undefined)
  const message = asObject(choice?.message)
  if (!choice || !message) return retryable('empty_body', 'The response is 200 but holds no message.')
  return failureOfChoice(choice, message) ?? { content: String(message.content) }
}

function failureOfError(error: Json): LineFailure {
  const code = text(error.code) || 'error'
  const message = text(error.message) || `The provider reports "${code}".`
  if (code === 'batch_expired') return { tally: 'expired', code, message, isRetryable: true }
  if (code === 'batch_cancelled') return { tally: 'cancelled', code, message, isRetryable: true }
  return { tally: 'failed', code, message, isRetryable: true }
}

function failureOfStatus(status: number, error: Json | undefined): LineFailure {
  const code = text(error?.code) || text(error?.type) || `status_${status}`
  const message = text(error?.message) || `The request ended in HTTP status ${status}.`
  return { tally: 'failed', code, message, isRetryable: status >= 500 || RETRYABLE_STATUS.has(status) }
}

function failureOfChoice(choice: Json, message: Json): LineFailure | undefined {
  if (text(message.refusal)) return final('refused', text(message.refusal))
  if (choice.finish_reason === 'content_filter')
    return final('content_filter', 'The content filter stopped the answer.')
  if (choice.finish_reason === 'length') {
    // The same limit would cut the same answer again, and each try is charged.
    return final('cut_off', 'The answer was cut off at the limit of completion tokens.')
  }
  if (!text(message.content)) return retryable('empty_answer', 'The answer is empty.')
  return undefined
}

function final(code: string, message: string): LineFailure {
  return { tally: 'failed', code, message, isRetryable: false }
}

function retryable(code: string, message: string): LineFailure {
  return { tally: 'failed', code, message, isRetryable: true }
}

/** Undefined when nothing was reported; nonsense numbers count as 0, and parts never exceed their whole. */
function readUsage(usage: Json | undefined): Usage | undefined {
  if (!usage) return undefined
  const inputTokens = count(usage.prompt_tokens)
  const outputTokens = count(usage.completion_tokens)
  const cached = count(asObject(usage.prompt_tokens_details)?.cached_tokens)
  const reasoning = count(asObject(usage.completion_tokens_details)?.reasoning_tokens)
  if (inputTokens + outputTokens === 0) return undefined
  return {
    inputTokens,
    cachedTokens: Math.min(cached, inputTokens),
    outputTokens,
    reasoningTokens: Math.min(reasoning, outputTokens),
  }
}

type Json = Record<string, unknown>

function parseObject(line: Buffer): Json | undefined {
  try {
    // Invalid UTF-8 must not pass as replacement characters inside an answer.
    return isUtf8(line) ? asObject(JSON.parse(line.toString('utf8', startOfText(line)))) : undefined
  } catch {
    return undefined
  }
}

/** A byte order mark is none of it. */
function startOfText(line: Buffer): number {
  return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? 3 : 0
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, EXCERPT_LENGTH) : ''
}

/** No context holds nearly as many; a price times this is still a sum that can be stored. */
const MOST_TOKENS = 1_000_000_000

function count(value: unknown): number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= MOST_TOKENS ? Number(value) : 0
}
