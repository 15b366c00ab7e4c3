import OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { type Mask, makeMask } from '../mask.js'
import { cutOff, isApiError, toProviderError } from './openai-errors.js'
import {
  KEY_FIELD,
  type Provider,
  type ProviderAccount,
  type ProviderBatch,
  type Reply,
  digestKey,
} from './provider.js'
import { readRateLimits } from './rate-limits.js'
import { uploadForm } from './upload-form.js'

const ENDPOINT = '/v1/chat/completions'
const CALL_TIMEOUT_MS = 60_000
const ASK_TIMEOUT_MS = 5 * 60_000
/** What the provider advises for its slow tier. */
const FLEX_TIMEOUT_MS = 15 * 60_000
const TRANSFER_TIMEOUT_MS = 20 * 60_000
/**
 * What keeps `fetch` from holding a second copy of all that it sent, to send it once more after a redirect or to a window's
 * login: 200 MB of an upload.
 */
const NOT_TEED = { redirect: 'error', window: null } as const
/** Lists that showed a batch late were seen; none that took longer. */
const LIST_LAG_MS = 90_000
/** How far a provider's clock may be behind ours before a look for an upload would miss it, and send it again. */
const CLOCK_SKEW_MS = 10 * 60_000
/** The largest page that the batch list gives. */
const PAGE_LIMIT = 100

/**
 * The provider behind any OpenAI-compatible base URL, through the official SDK.
 *
 * The SDK's own retries are off for `upload` and `createBatch`: it would repeat a POST that the server took but whose
 * answer was lost, and there is no server-side idempotency for either. Reads keep them.
 *
 * @param account  told apart from the base URL for the embedded server, whose port changes with every start.
 * @param readRetries  how often the SDK repeats a read that failed; each with its own back-off of up to 8 seconds.
 * @param listLagMs  a minute and a half unless the server is known to list what it made at once.
 */
export function openaiProvider(options: {
  apiKey: string
  baseUrl: string
  account?: ProviderAccount
  listLagMs?: number
  readRetries?: number
}): Provider {
  const { apiKey, baseUrl, readRetries = 2 } = options
  const client = new OpenAI({
    ...{ apiKey, baseURL: baseUrl },
    ...{ timeout: CALL_TIMEOUT_MS, maxRetries: readRetries },
  })
  const account = options.account ?? { baseUrl, keyDigest: digestKey(apiKey) }
  const once = { maxRetries: 0 }
  const mask = makeMask([apiKey])
  const call = <T>(what: string, signal: AbortSignal, send: Send<T>): Promise<T> =>
    sendOnce(what, signal, mask, send)
  const seen = (batch: Batch): ProviderBatch => toProviderBatch(batch, mask)

  /** In seconds, by the provider's clock; 0 for a file that is gone: then only the end of the list ends a look. */
  async function uploadedAt(fileId: string, signal: AbortSignal): Promise<number> {
    try {
      return (await client.files.retrieve(fileId, { signal })).created_at
    } catch (error) {
      if (error instanceof OpenAI.NotFoundError) return 0
      throw error
    }
  }

  return {
    account,
    listLagMs: options.listLagMs ?? LIST_LAG_MS,

    upload: (path, fileName, signal) =>
      call('upload of the tasks file', signal, async (ofCall) => {
        const form = await uploadForm(path, fileName, { purpose: 'batch' })
        const uploaded = await client.post<{ id?: unknown }>('/files', {
          ...{ ...form, ...once, fetchOptions: NOT_TEED },
          ...{ signal: ofCall, timeout: TRANSFER_TIMEOUT_MS },
        })
        if (typeof uploaded?.id !== 'string') throw new Error('the answer is not a file')
        return uploaded.id
      }),

    findUpload: ({ fileName, bytes, since }, signal) =>
      call('look for the uploaded tasks file', signal, async (ofCall) => {
        const oldest = since.getTime() - CLOCK_SKEW_MS
        const query = { purpose: 'batch', order: 'desc' } as const
        for await (const file of client.files.list(query, { signal: ofCall })) {
          if (file.created_at * 1000 < oldest) return undefined
          if (file.filename === fileName && file.bytes === bytes) return file.id
        }
        return undefined
      }),

    createBatch: ({ inputFileId, metadata }, signal) =>
      call('creation of the batch', signal, async (ofCall) => {
        const body = {
          input_file_id: inputFileId,
          endpoint: ENDPOINT,
          completion_window: '24h',
          metadata,
        } as const
        return seen(await client.batches.create(body, { ...once, signal: ofCall }))
      }),

    findBatch: ({ key, inputFileId }, signal) =>
      call('look for the batch', signal, async (ofCall) => {
        const oldest = await uploadedAt(inputFileId, ofCall)
        for await (const batch of client.batches.list({ limit: PAGE_LIMIT }, { signal: ofCall })) {
          if (batch.created_at < oldest) return undefined
          if (batch.metadata?.[KEY_FIELD] === key) return seen(batch)
        }
        return undefined
      }),

    listOurBatches: (signal) =>
      call('list of batches', signal, async (ofCall) => {
        const ours: ProviderBatch[] = []
        for await (const batch of client.batches.list({ limit: PAGE_LIMIT }, { signal: ofCall })) {
          if (batch.metadata?.[KEY_FIELD]) ours.push(seen(batch))
        }
        return ours
      }),

    retrieveBatch: (id, signal) =>
      call(`poll of batch "${id}"`, signal, async (ofCall) =>
        seen(await client.batches.retrieve(id, { signal: ofCall })),
      ),

    cancelBatch: (id, signal) =>
      call(`cancellation of batch "${id}"`, signal, async (ofCall) =>
        // The SDK would repeat it after a 409, which says that the batch is over.
        seen(await client.batches.cancel(id, { ...once, signal: ofCall })),
      ),

    retrieveFile: (id, signal) =>
      call(`look at file "${id}"`, signal, async (ofCall) => {
        const { filename, bytes } = await client.files.retrieve(id, { signal: ofCall })
        return { fileName: filename, bytes }
      }),

    ask: (body, signal) =>
      call('request', signal, async (ofCall) => {
        const { service_tier: tier } = body as { service_tier?: string }
        const timeout = tier === 'flex' ? FLEX_TIMEOUT_MS : ASK_TIMEOUT_MS
        try {
          const response = await client
            .post('/chat/completions', { body, ...once, signal: ofCall, timeout })
            .asResponse()
          return reply(response.status, response.headers, await response.json())
        } catch (error) {
          if (!isApiError(error) || error.status === undefined || concernsAll(error)) {
            throw error
          }
          return reply(error.status, error.headers ?? new Headers(), { error: error.error })
        }
      }),

    async download(fileId, write, signal) {
      const what = `download of file "${fileId}"`
      const expected = await call(what, signal, async (ofCall) => {
        return (await client.files.retrieve(fileId, { signal: ofCall })).bytes
      })
      const bytes = await call(what, signal, async (ofCall) => {
        const response = await client.files.content(fileId, { signal: ofCall, timeout: TRANSFER_TIMEOUT_MS })
        return writeBody(response, write)
      })
      // A connection that only closes looks like the end of the file.
      if (expected > 0 && bytes !== expected) throw cutOff(what, `${bytes} of ${expected} bytes came`)
    },
  }
}

/**
 * Sends one call with a signal of its own: the SDK leaves its listeners on the signal that it gets, and ours lives as
 * long as the process.
 */
async function sendOnce<T>(what: string, signal: AbortSignal, mask: Mask, send: Send<T>): Promise<T> {
  signal.throwIfAborted()
  const ofCall = new AbortController()
  const abort = (): void => ofCall.abort(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await send(ofCall.signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof WriteFailure ? error.cause : toProviderError(what, error, mask)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** Refusals that every other request would meet as well. */
function concernsAll({ status, code }: InstanceType<typeof OpenAI.APIError>): boolean {
  return status === 401 || status === 403 || status === 404 || code === 'insufficient_quota'
}

function reply(status: number, headers: Headers, body: unknown): Reply {
  return {
    ...{ status, body, requestId: headers.get('x-request-id') ?? '' },
    limits: readRateLimits(headers),
  }
}

type Send<T> = (ofCall: AbortSignal) => Promise<T>

/** Thrown by the one who takes the bytes, a full disk for example: it is not the provider's. */
class WriteFailure extends Error {}

async function writeBody(response: Response, write: (bytes: Uint8Array) => Promise<void>): Promise<number> {
  let bytes = 0
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength
    await write(piece).catch((error: unknown) => {
      throw new WriteFailure('the file could not be written', { cause: error })
    })
  }
  return bytes
}

/** Only seven fields are sure to be there; the rest may be absent, null or empty. */
function toProviderBatch(batch: Batch, mask: Mask): ProviderBatch {
  if (typeof batch?.id !== 'string' || typeof batch.status !== 'string') {
    throw new Error('the answer is not a batch')
  }
  const counts = batch.request_counts
  const usage = batch.usage
  return {
    id: batch.id,
    status: batch.status,
    inputFileId: batch.input_file_id,
    outputFileId: batch.output_file_id || null,
    errorFileId: batch.error_file_id || null,
    createdAt: new Date(batch.created_at * 1000),
    expiresAt: batch.expires_at ? new Date(batch.expires_at * 1000) : null,
    counts: { total: counts?.total ?? 0, completed: counts?.completed ?? 0, failed: counts?.failed ?? 0 },
    errors: (batch.errors?.data ?? []).map((error) => ({
      code: error.code ?? 'unknown',
      message: mask(error.message ?? ''),
      line: error.line ?? null,
    })),
    metadata: batch.metadata ?? {},
    usage: usage
      ? {
          inputTokens: usage.input_tokens ?? 0,
          cachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
          outputTokens: usage.output_tokens ?? 0,
        }
      : null,
  }
}
