import type { Clock } from '../../clock.js'
import { type Mask, makeMask } from '../../mask.js'
import { type ChatRequest, type ChatResponse, type Respond, RespondError } from './respond.js'

/** How long one try may take; the HTTP client of Node.js gives up waiting for an answer then anyway. */
const TRY_TIMEOUT_MS = 5 * 60_000
const MOST_TRIES = 4
const FIRST_PAUSE_MS = 1_000
/** An upstream that asks for a longer pause gets this one. */
const LONGEST_PAUSE_MS = 60_000

/**
 * A responder that forwards each request to a chat endpoint that speaks the OpenAI API (Ollama, vLLM, LM Studio, ...), and
 * passes on what it answers. Status 429 and 5xx, and an upstream that cannot be reached, are tried again a few times,
 * after the pause that the upstream asks for.
 *
 * @param baseUrl  up to and with `/v1`.
 * @returns a responder that throws `RespondError` with the upstream's own status and error, 502 when it cannot be reached
 *   or does not answer with a chat completion, 504 when it takes longer than 5 minutes.
 */
export function upstreamResponder(upstream: { baseUrl: string; apiKey?: string; clock: Clock }): Respond {
  const mask = makeMask([upstream.apiKey])
  return async (request, signal) => {
    for (let tries = 1; ; tries++) {
      const reply = await tryOnce(upstream, request, signal)
      if (reply.kind === 'answer') return reply.body
      if (!reply.isPassing || tries === MOST_TRIES || signal.aborted) throw masked(reply.error, mask)
      await upstream.clock.sleep(
        Math.min(reply.pauseMs ?? FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS),
        signal,
      )
    }
  }
}

type Reply =
  | { kind: 'answer'; body: ChatResponse }
  | { kind: 'failure'; error: RespondError; isPassing: boolean; pauseMs?: number | undefined }

async function tryOnce(
  { baseUrl, apiKey, clock }: { baseUrl: string; apiKey?: string; clock: Clock },
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Reply> {
  const timeout = AbortSignal.timeout(TRY_TIMEOUT_MS)
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(request),
      signal: AbortSignal.any([signal, timeout]),
    })
    return readReply(response, await response.text(), clock)
  } catch (error) {
    return unreached(baseUrl, error, timeout)
  }
}

function readReply(response: Response, text: string, clock: Clock): Reply {
  const { status } = response
  const body = parseObject(text)
  if (status === 200) {
    if (Array.isArray(body?.['choices'])) return { kind: 'answer', body: body as unknown as ChatResponse }
    const error = failure(
      502,
      'upstream_invalid_response',
      `The upstream answered with no chat completion: ${excerpt(text)}`,
    )
    return { kind: 'failure', error, isPassing: false }
  }
  return {
    kind: 'failure',
    error: upstreamError(status, body?.['error'], text),
    isPassing: status === 429 || status >= 500,
    pauseMs: readRetryAfter(response.headers.get('retry-after'), clock),
  }
}

/** The upstream's own error where it has the API's shape, else what can be told of it. */
function upstreamError(status: number, error: unknown, text: string): RespondError {
  const { message, code, param, type } = isObject(error) ? error : { message: error }
  return new RespondError({
    // A redirect or a success without content is nothing that a client could work with.
    status: status >= 400 ? status : 502,
    code: typeof code === 'string' ? code : null,
    message:
      typeof message === 'string' ? message : `The upstream answered with HTTP ${status}: ${excerpt(text)}`,
    ...(typeof param === 'string' ? { param } : {}),
    ...(typeof type === 'string' ? { type } : {}),
  })
}

function unreached(baseUrl: string, error: unknown, timeout: AbortSignal): Reply {
  if (timeout.aborted) {
    const late = failure(
      504,
      'upstream_timeout',
      `The upstream ${baseUrl} did not answer in ${TRY_TIMEOUT_MS / 1000} s.`,
    )
    return { kind: 'failure', error: late, isPassing: false }
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
  const lost = failure(502, 'upstream_unreachable', `The upstream ${baseUrl} cannot be reached: ${cause}`)
  return { kind: 'failure', error: lost, isPassing: true }
}

/** Milliseconds from a number of seconds or a date; undefined when there is neither. */
function readRetryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now().getTime())
}

/** Upstreams quote a key that they refuse; what they say ends up in files. */
function masked({ status, code, message, param, type }: RespondError, mask: Mask): RespondError {
  return new RespondError({ status, code, param, type, message: mask(message) })
}

function failure(status: number, code: string, message: string): RespondError {
  return new RespondError({ status, code, message })
}

function excerpt(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
