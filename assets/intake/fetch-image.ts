import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Artifact, createArtifact } from '../../data/artifacts.js'
import type { Clock } from '../../pipeline/clock.js'
import { systemCode } from './file-facts.js'
import type { Refusal } from './found-image.js'

/** What fetching needs of the outside; `fetch` is the one of the platform. */
export type FetchContext = {
  /** The folder in which fetched pictures stay. */
  folder: string
  fetch: typeof globalThis.fetch
  clock: Clock
  signal?: AbortSignal | undefined
}

export type FetchedImage = { ok: true; path: string } | ({ ok: false } & Refusal)

const maxBytes = 64 * 1024 * 1024
const timeoutMs = 120_000
const maxRedirects = 5

/**
 * Brings the bytes behind an https URL into a file, once: a URL that was fetched before is not asked for again. The
 * file is named by the sha256 of the URL, and is complete or not there. Redirects are followed to https only. At most
 * 64 MiB and two minutes a picture. No credentials, cookies or referrer are sent.
 *
 * Two calls for one URL must not run at the same time.
 *
 * @returns the file's path, or why the picture cannot be had (`not_https`, `too_many_bytes`, `download_failed`). What
 *          these bytes are is for `inspectPicture` to say. A refusal is not remembered: the next call tries again.
 * @throws the reason of `signal` when that is aborted; the file system's error when the file cannot be written.
 */
export async function fetchImage(url: string, context: FetchContext): Promise<FetchedImage> {
  context.signal?.throwIfAborted()
  const path = fetchedPath(url, context.folder)
  if (await isFile(path)) return { ok: true, path }
  const abort = new AbortController()
  const finished = new AbortController()
  const stop = (): void => abort.abort(context.signal?.reason)
  context.signal?.addEventListener('abort', stop, { once: true })
  void context.clock
    .sleep(timeoutMs, finished.signal)
    .then(() => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)))
  try {
    const fetched = await download(url, path, context.fetch, abort.signal)
    if (!fetched.ok) context.signal?.throwIfAborted()
    return fetched
  } finally {
    finished.abort()
    context.signal?.removeEventListener('abort', stop)
  }
}

/** The file that a URL is fetched into, whether it is there or not. */
export function fetchedPath(url: string, folder: string): string {
  return join(folder, createHash('sha256').update(url).digest('hex'))
}

async function download(
  url: string,
  path: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<FetchedImage> {
  if (!URL.canParse(url)) return { ok: false, reason: 'not_https', detail: 'not a valid URL' }
  let response: Response | Refusal
  try {
    response = await requestFollowing(url, fetch, signal)
  } catch (error) {
    return failed(networkReason(error))
  }
  if ('reason' in response) return { ok: false, ...response }
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    return failed(`the server answered ${response.status}`)
  }
  return saveBody(response.body, path)
}

/** Redirects are followed here, not by `fetch`, because that would follow one from https to http. */
async function requestFollowing(
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<Response | Refusal> {
  let next = url
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const { protocol, username, password } = new URL(next)
    if (username !== '' || password !== '')
      return { reason: 'download_failed', detail: 'a URL with a user name or password in it is not fetched' }
    if (protocol !== 'https:')
      return {
        reason: 'not_https',
        detail: redirects === 0 ? 'only https URLs are fetched' : 'redirected away from https',
      }
    const response = await fetch(next, {
      redirect: 'manual',
      signal,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    if (!URL.canParse(location, next))
      return { reason: 'download_failed', detail: 'redirected to no valid URL' }
    next = new URL(location, next).href
  }
  return { reason: 'download_failed', detail: `redirected more than ${maxRedirects} times` }
}

async function saveBody(body: ReadableStream<Uint8Array>, path: string): Promise<FetchedImage> {
  const artifact = await createArtifact(path)
  try {
    const refused = await copyInto(artifact, body)
    if (refused === undefined) {
      await artifact.commit()
      return { ok: true, path }
    }
    await artifact.discard()
    return refused
  } catch (error) {
    await artifact.discard()
    throw error
  }
}

async function copyInto(
  artifact: Artifact,
  body: ReadableStream<Uint8Array>,
): Promise<FetchedImage | undefined> {
  const reader = body.getReader()
  for (;;) {
    let part: Awaited<ReturnType<typeof reader.read>>
    try {
      part = await reader.read()
    } catch (error) {
      return failed(networkReason(error))
    }
    if (part.done) return artifact.bytes === 0 ? failed('the server sent no bytes') : undefined
    if (artifact.bytes + part.value.length > maxBytes) {
      await reader.cancel()
      return {
        ok: false,
        reason: 'too_many_bytes',
        detail: `more than the ${maxBytes} bytes that are fetched`,
      }
    }
    await artifact.write(part.value)
  }
}

function failed(detail: string): FetchedImage {
  return { ok: false, reason: 'download_failed', detail }
}

/** The platform says only "fetch failed"; the reason is one below. */
function networkReason(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${systemCode(cause)}` : message
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false
    throw error
  }
}
