import type { InputLine } from './input-line.js'
import { newId } from './new-id.js'
import { readChatRequest } from './read-chat-request.js'
import {
  type ChatResponse,
  type ErrorBody,
  type Respond,
  RespondError,
  errorBody,
  serverError,
} from './respond.js'

/** One line of an output or error file, in the API's shape. */
export type OutputLine = {
  id: string
  custom_id: string
  response: { status_code: number; request_id: string; body: ChatResponse | ErrorBody } | null
  error: { code: string; message: string } | null
}

/**
 * Answers one line of a batch. A failure is an answer as well.
 *
 * @param onUnexpected  hears of failures that are nobody's request's fault; the client is told no more than status 500.
 * @returns undefined when the signal was aborted first; the line then counts as not answered.
 */
export async function answerLine(
  line: InputLine,
  respond: Respond,
  signal: AbortSignal,
  onUnexpected: (error: unknown) => void,
): Promise<OutputLine | undefined> {
  const outcome = await untilAborted(signal, () => answer(line, respond, signal, onUnexpected))
  if (outcome === undefined) return undefined
  const response = { ...outcome, request_id: newId('req_') }
  return { id: newId('batch_req_'), custom_id: line.custom_id, response, error: null }
}

/** The line that stands in the error file for one that was never taken up. */
export function unansweredLine(customId: string, end: 'expired' | 'cancelled'): OutputLine {
  const error =
    end === 'expired'
      ? {
          code: 'batch_expired',
          message: 'This request could not be executed before the completion window expired.',
        }
      : { code: 'batch_cancelled', message: 'This request was not executed because the batch was cancelled.' }
  return { id: newId('batch_req_'), custom_id: customId, response: null, error }
}

type Outcome = { status_code: number; body: ChatResponse | ErrorBody }

async function answer(
  line: InputLine,
  respond: Respond,
  signal: AbortSignal,
  onUnexpected: (error: unknown) => void,
): Promise<Outcome> {
  try {
    return { status_code: 200, body: await respond(readChatRequest(line.body), signal) }
  } catch (error) {
    // What fails because nobody waits for it any more is no answer, see `untilAborted`.
    if (!(error instanceof RespondError) && !signal.aborted) onUnexpected(error)
    const told = error instanceof RespondError ? error : serverError()
    return { status_code: told.status, body: errorBody(told) }
  }
}

/** Waits no longer than until the signal. It listens before the work does, so it never sees what fails because of that. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined
  let leave: () => void = () => {}
  const aborted = new Promise<undefined>((resolve) => {
    leave = () => resolve(undefined)
    signal.addEventListener('abort', leave, { once: true })
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}
