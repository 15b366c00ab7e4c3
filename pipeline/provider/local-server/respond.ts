import type { ChatCompletion } from 'openai/resources/chat/completions'

/** A chat completion request whose model and messages are known to be there; the rest is as the client sent it. */
export type ChatRequest = { model: string; messages: unknown[]; [parameter: string]: unknown }

/** A full chat completion body, usage included. */
export type ChatResponse = ChatCompletion

/**
 * Answers one chat completion request within bounded time. Once the signal is aborted the answer is no longer wanted.
 *
 * Throws `RespondError` for what the request itself got wrong, or what somebody further up answered. Any other error is
 * reported as status 500.
 */
export type Respond = (request: ChatRequest, signal: AbortSignal) => Promise<ChatResponse>

/** An answer that is an HTTP error, in the words of the OpenAI API. */
export class RespondError extends Error {
  readonly status: number
  readonly code: string | null
  readonly param: string | null
  readonly type: string

  constructor(parts: {
    status: number
    code: string | null
    message: string
    param?: string | null
    type?: string
  }) {
    super(parts.message)
    this.name = 'RespondError'
    this.status = parts.status
    this.code = parts.code
    this.param = parts.param ?? null
    this.type = parts.type ?? typeOf(parts.status)
  }
}

/** The JSON body that the API sends with an error. */
export type ErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | null }
}

export function errorBody({ message, type, param, code }: RespondError): ErrorBody {
  return { error: { message, type, param, code } }
}

/** What clients are told of a failure that is not theirs; its cause belongs into the log. */
export function serverError(): RespondError {
  return new RespondError({
    status: 500,
    code: 'server_error',
    message: 'The server had an error while processing the request.',
  })
}

function typeOf(status: number): string {
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
