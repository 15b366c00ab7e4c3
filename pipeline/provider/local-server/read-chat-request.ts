import { type ChatRequest, RespondError } from './respond.js'

/**
 * Checks what every responder relies on, and leaves the rest to it.
 *
 * @throws RespondError 400 when the body is no object, names no model, has no messages, or asks for a stream.
 */
export function readChatRequest(body: unknown): ChatRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(null, 'The body of the request must be a JSON object.')
  }
  const { model, messages, stream } = body as Record<string, unknown>
  if (typeof model !== 'string' || model === '') throw missing('model')
  if (messages === undefined) throw missing('messages')
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid('messages', "Invalid value for 'messages': expected a non-empty array.")
  }
  if (stream === true) throw invalid('stream', 'This server does not stream answers; leave out stream.')
  return body as ChatRequest
}

function missing(param: string): RespondError {
  return new RespondError({
    status: 400,
    code: 'missing_required_parameter',
    message: `Missing required parameter: '${param}'.`,
    param,
  })
}

function invalid(param: string | null, message: string): RespondError {
  return new RespondError({ status: 400, code: 'invalid_value', message, param })
}
