import { rm } from 'node:fs/promises'
import type { Image } from '../../data/records/images.js'
import type { Clock } from '../../pipeline/clock.js'
import { mapInOrder } from '../../pipeline/in-order.js'
import { inspectPicture } from '../picture/inspect-picture.js'
import { readPicture } from '../picture/read-picture.js'
import { type FetchedImage, fetchImage } from './fetch-image.js'
import type { FoundImage, Refusal } from './found-image.js'

export type ReadContext = {
  /** Where pictures from the network stay. */
  fetchedFolder: string
  clock: Clock
  signal: AbortSignal
}

/** What the bytes of a picture are, or why they cannot be used. */
export type ImageContent = Pick<
  Image,
  'state' | 'reason' | 'detail' | 'sha256' | 'format' | 'width' | 'height'
>

const IN_FLIGHT = 4

/** Reads and inspects pictures, a few at a time, and gives what they are in the same order. Never throws for a picture. */
export function readImages(images: readonly FoundImage[], context: ReadContext): AsyncIterable<ImageContent> {
  const fetches = new Map<string, Promise<FetchedImage>>()
  const fetchOnce = (url: string): Promise<FetchedImage> => {
    const { fetchedFolder: folder, clock, signal } = context
    const fetched = fetches.get(url) ?? fetchImage(url, { folder, fetch: globalThis.fetch, clock, signal })
    fetches.set(url, fetched)
    return fetched
  }
  return mapInOrder(each(images), IN_FLIGHT, (image) => readImage(image, fetchOnce))
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

async function readImage(
  image: FoundImage,
  fetchOnce: (url: string) => Promise<FetchedImage>,
): Promise<ImageContent> {
  if (image.refused) return skipped(image.refused)
  const { place } = image
  const local =
    place.kind === 'url' ? await fetchOnce(place.url) : ({ ok: true, path: place.absolute } as const)
  if (!local.ok) return skipped(local)
  const read = readPicture(local.path)
  if (!read.ok) return skipped(read)
  const inspected = await inspectPicture(read.bytes)
  if (!inspected.ok) {
    // A page that says "log in" or "not found" must not stand for the picture for ever.
    if (place.kind === 'url') await rm(local.path, { force: true })
    return skipped(inspected)
  }
  const { sha256, format, width, height } = inspected
  return { state: 'usable', reason: null, detail: null, sha256, format, width, height }
}

function skipped({ reason, detail }: Refusal): ImageContent {
  return { state: 'skipped', reason, detail, sha256: null, format: null, width: null, height: null }
}
