import OpenAI from 'openai'
import { isExpected } from '../errors.js'
import type { Mask } from '../mask.js'
import { ProviderError } from './provider.js'

/** Failures before a connection stood: nothing was sent, so nothing was done. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/**
 * Turns whatever the SDK threw into what the caller must know: did the provider act, and may the call be tried again.
 * Aborts and errors that are already ours pass through. An answer that is cut off, or is no JSON, comes as a bare error
 * of the platform: the provider may have acted.
 *
 * @param what  the call as a noun phrase: "creation of the batch".
 * @param mask  what providers say of a key that they refuse quotes it, and these messages are stored.
 */
export function toProviderError(what: string, error: unknown, mask: Mask): unknown {
  if (error instanceof OpenAI.APIUserAbortError || isExpected(error)) return error
  if (error instanceof OpenAI.APIConnectionError) return connectionError(what, error, mask)
  if (isApiError(error)) return answeredError(what, error, mask)
  const { message } = deepestCause(error instanceof Error ? error : new Error(String(error)))
  return cutOff(what, mask(message), error)
}

/** An answer that did not come whole, or makes no sense. */
export function cutOff(what: string, how: string, cause?: unknown): ProviderError {
  return new ProviderError({
    code: 'provider_answer_broken',
    message: `The ${what} ended without a whole answer: ${how}`,
    cause,
    acted: 'maybe',
    isPassing: true,
  })
}

type ApiError = InstanceType<typeof OpenAI.APIError>

/** Whether the provider answered, and with an error. */
export function isApiError(error: unknown): error is ApiError {
  return error instanceof OpenAI.APIError
}

function connectionError(what: string, error: Error, mask: Mask): ProviderError {
  const cause = deepestCause(error)
  const neverConnected = NEVER_CONNECTED.has(cause.code ?? '')
  return new ProviderError({
    code: neverConnected ? 'provider_unreachable' : 'provider_connection_lost',
    message: `The ${what} failed: ${cause.code ? `${cause.code}, ` : ''}${mask(cause.message)}`,
    hint: neverConnected
      ? 'Check the network and OPENAI_BASE_URL, then run the same command again.'
      : undefined,
    cause: error,
    acted: neverConnected ? 'no' : 'maybe',
    isPassing: true,
  })
}

function answeredError(what: string, error: ApiError, mask: Mask): ProviderError {
  const status = error.status ?? 0
  // A 5xx may come from a gateway in front of a server that took the request; 408 and 409 likewise tell nothing.
  const isOutOfCredit = error.code === 'insufficient_quota'
  const maybe = status === 0 || status >= 500 || status === 408 || status === 409
  return new ProviderError({
    code: isOutOfCredit
      ? 'provider_out_of_credit'
      : (codes[status] ?? (maybe ? 'provider_failed' : 'provider_refused')),
    message: `The ${what} failed: HTTP ${status || 'without status'}, ${mask(error.message)}`,
    hint: isOutOfCredit
      ? 'Add credit to the account, then run the same command again; nothing is lost.'
      : hints[status],
    cause: error,
    acted: maybe ? 'maybe' : 'no',
    isPassing: maybe || (status === 429 && !isOutOfCredit),
  })
}

const codes: Record<number, string> = {
  401: 'provider_key_refused',
  403: 'provider_forbidden',
  404: 'provider_not_found',
  429: 'provider_rate_limited',
}

const hints: Record<number, string> = {
  401: 'Check OPENAI_API_KEY: the provider does not accept it.',
  403: 'The key may not use this model or the Batch API; check its project and permissions.',
  404: 'The provider does not know this; check that key and base URL are those that it was made with.',
  413: 'Lower the limits of a part in the config and materialize tasks_file again.',
  429: 'Wait a little, or check the account’s limits and credit.',
}

function deepestCause(error: Error): { code?: string; message: string } {
  let at: unknown = error
  while (at instanceof Error && at.cause instanceof Error) at = at.cause
  const { code, message } = at as NodeJS.ErrnoException
  return code === undefined ? { message } : { code, message }
}
