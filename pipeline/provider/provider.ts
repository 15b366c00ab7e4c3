import { createHash } from 'node:crypto'
import { HemlineError } from '../errors.js'
import type { RateLimits } from './rate-limits.js'

/** Whom the work is done and billed by: records of one account are never polled or adopted with another. */
export type ProviderAccount = {
  baseUrl: string
  /** First 12 hex characters of the key's SHA-256; the key itself is never stored. */
  keyDigest: string
}

/** A batch as the provider reports it, with absent and empty fields as null. */
export type ProviderBatch = {
  id: string
  /** One of `batchStatuses` in `batch/life.ts`, or a word that this program does not know yet. */
  status: string
  inputFileId: string
  outputFileId: string | null
  errorFileId: string | null
  createdAt: Date
  expiresAt: Date | null
  counts: { total: number; completed: number; failed: number }
  /** What validation found wrong; empty unless the status is `failed`. */
  errors: { code: string; message: string; line: number | null }[]
  metadata: Record<string, string>
  /** The provider's own sum over the batch, where it gives one. */
  usage: { inputTokens: number; cachedTokens: number; outputTokens: number } | null
}

/**
 * What is asked of a provider, and nothing more. Each call is sent as described and throws `ProviderError`. `upload`,
 * `createBatch` and `ask` are sent exactly once: after a doubtful answer the caller looks before it tries again.
 */
export type Provider = {
  readonly account: ProviderAccount
  /** How long its list of batches may lag behind what was created, in milliseconds. */
  readonly listLagMs: number
  /** Sends a tasks file under the given name and returns its file id. */
  upload(path: string, fileName: string, signal: AbortSignal): Promise<string>
  /** Finds a tasks file by its name and size among the uploads since the instant. */
  findUpload(
    wanted: { fileName: string; bytes: number; since: Date },
    signal: AbortSignal,
  ): Promise<string | undefined>
  createBatch(
    wanted: { inputFileId: string; metadata: Record<string, string> },
    signal: AbortSignal,
  ): Promise<ProviderBatch>
  /**
   * Finds the batch of an input file whose metadata holds the key; pages over strangers, as far back as the file was
   * uploaded by the provider's own clock: ours may have been wrong when the batch was made.
   */
  findBatch(
    wanted: { key: string; inputFileId: string },
    signal: AbortSignal,
  ): Promise<ProviderBatch | undefined>
  /** Every batch that this program ever made there and that is still listed, newest first. */
  listOurBatches(signal: AbortSignal): Promise<ProviderBatch[]>
  retrieveBatch(id: string, signal: AbortSignal): Promise<ProviderBatch>
  /** Asks for the batch to be cancelled. Asking again changes nothing; one that is over is refused (HTTP 409). */
  cancelBatch(id: string, signal: AbortSignal): Promise<ProviderBatch>
  /** The name and size of a file that is there. */
  retrieveFile(id: string, signal: AbortSignal): Promise<{ fileName: string; bytes: number }>
  /**
   * Asks one chat request, once. A request that is refused for itself, for now (HTTP 429), or because the provider failed
   * (5xx) is a reply.
   *
   * @param body  a chat completion request.
   * @throws ProviderError for what keeps every request from an answer: key, permission, model, credit, no connection.
   */
  ask(body: unknown, signal: AbortSignal): Promise<Reply>
  /** Hands a file's bytes to `write`, one piece after the other. What `write` throws passes through. */
  download(fileId: string, write: (bytes: Uint8Array) => Promise<void>, signal: AbortSignal): Promise<void>
}

/** What came back for one request that was asked by itself: the HTTP status and body, whatever they say. */
export type Reply = { status: number; requestId: string; body: unknown; limits: RateLimits }

/** The metadata field that carries the key of the part's intent. */
export const KEY_FIELD = 'hemline_key'

/** A call to the provider that did not succeed, and what is known of its effect. */
export class ProviderError extends HemlineError {
  /** `no`: the provider did not act. `maybe`: it may have acted, so look before trying again. */
  readonly acted: 'no' | 'maybe'
  /** Whether the same call can succeed later without anybody changing anything. */
  readonly isPassing: boolean

  constructor(
    parts: ConstructorParameters<typeof HemlineError>[0] & { acted: 'no' | 'maybe'; isPassing: boolean },
  ) {
    super(parts)
    this.name = 'ProviderError'
    this.acted = parts.acted
    this.isPassing = parts.isPassing
  }
}

/** The part of a key that may be stored: enough to tell two keys apart, useless to anybody else. */
export function digestKey(apiKey: string): string {
  return createHash('sha256').update(apiKey).digest('hex').slice(0, 12)
}
