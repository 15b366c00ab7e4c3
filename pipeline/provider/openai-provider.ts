import { openAsBlob } from 'node:fs'
import OpenAI from 'openai'
import type { Batch } from 'openai/resources/batches'
import { toProviderError } from './openai-errors.js'
import { KEY_FIELD, type Provider, type ProviderAccount, type ProviderBatch, digestKey } from './provider.js'

const ENDPOINT = '/v1/chat/completions'
const CALL_TIMEOUT_MS = 60_000
const TRANSFER_TIMEOUT_MS = 20 * 60_000
/** How far a provider's clock may be behind ours before a look by date would miss what we made. */
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
 */
export function openaiProvider(options: {
  apiKey: string
  baseUrl: string
  account?: ProviderAccount
}): Provider {
  const client = new OpenAI({ apiKey: options.apiKey, baseURL: options.baseUrl, timeout: CALL_TIMEOUT_MS })
  const account = options.account ?? { baseUrl: options.baseUrl, keyDigest: digestKey(options.apiKey) }
  const once = { maxRetries: 0 }

  return {
    account,

    upload: (path, fileName, signal) =>
      told('upload of the tasks file', async () => {
        // A read stream would be sent chunked and grow memory; a Blob from the disk has a known length.
        const file = new File([await openAsBlob(path)], fileName, { type: 'application/jsonl' })
        const uploaded = await client.files.create(
          { file, purpose: 'batch' },
          { ...once, signal, timeout: TRANSFER_TIMEOUT_MS },
        )
        return uploaded.id
      }),

    findUpload: ({ fileName, bytes, since }, signal) =>
      told('look for the uploaded tasks file', async () => {
        const oldest = since.getTime() - CLOCK_SKEW_MS
        for await (const file of client.files.list({ purpose: 'batch', order: 'desc' }, { signal })) {
          if (file.created_at * 1000 < oldest) return undefined
          if (file.filename === fileName && file.bytes === bytes) return file.id
        }
        return undefined
      }),

    createBatch: ({ inputFileId, metadata }, signal) =>
      told('creation of the batch', async () => {
        const body = {
          input_file_id: inputFileId,
          endpoint: ENDPOINT,
          completion_window: '24h',
          metadata,
        } as const
        return toProviderBatch(await client.batches.create(body, { ...once, signal }))
      }),

    findBatch: ({ key, since }, signal) =>
      told('look for the batch', async () => {
        const oldest = since.getTime() - CLOCK_SKEW_MS
        for await (const batch of client.batches.list({ limit: PAGE_LIMIT }, { signal })) {
          if (batch.created_at * 1000 < oldest) return undefined
          if (batch.metadata?.[KEY_FIELD] === key) return toProviderBatch(batch)
        }
        return undefined
      }),

    retrieveBatch: (id, signal) =>
      told(`poll of batch "${id}"`, async () =>
        toProviderBatch(await client.batches.retrieve(id, { signal })),
      ),

    cancelBatch: (id, signal) =>
      told(`cancelling of batch "${id}"`, async () =>
        toProviderBatch(await client.batches.cancel(id, { ...once, signal })),
      ),

    readFile: (fileId, signal) =>
      told(`download of file "${fileId}"`, async () => {
        const response = await client.files.content(fileId, { signal, timeout: TRANSFER_TIMEOUT_MS })
        return (response.body ?? []) as AsyncIterable<Uint8Array>
      }),
  }
}

async function told<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw toProviderError(what, error)
  }
}

/** Only seven fields are sure to be there; the rest may be absent, null or empty. */
function toProviderBatch(batch: Batch): ProviderBatch {
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
      message: error.message ?? '',
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
