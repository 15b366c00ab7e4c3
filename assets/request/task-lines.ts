import { hash } from 'node:crypto'
import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { forgetStats } from '../../data/records/images.js'
import { countPendingRequests, findPendingRequests } from '../../data/records/requests.js'
import type { TaskLine, UnmadeLine } from '../../pipeline/batch/build-parts.js'
import { customId } from '../../pipeline/batch/custom-id.js'
import { mapInOrder } from '../../pipeline/in-order.js'
import type { Allowance, FashionEvent } from '../fashion-kit.js'
import { isRefusal } from '../intake/file-facts.js'
import { placesOf } from '../intake/image-place.js'
// What `export =` exports is the default, which the linter does not know.
// oxlint-disable-next-line import/default
import decodingThreads from '../picture/decoding-threads.cjs'
import { preparePicture } from '../picture/prepare-picture.js'
import { readPicture } from '../picture/read-picture.js'
import type { Settings } from '../settings.js'
import { estimateRequestTokens } from './estimate-tokens.js'
import { lineWriter } from './request-template.js'

type Context = {
  db: Db
  home: Home
  settings: Settings
  catalogue: Catalogue
  allowance: Allowance
  signal: AbortSignal
  notify(event: FashionEvent): void
}

const PAGE_REQUESTS = 500
/** Two more than are decoded, so that no thread waits for one; more adds memory and no speed. */
const PICTURES_IN_FLIGHT = decodingThreads + 2

/**
 * The lines of all requests that wait for a tasks file, in the order of their ids, at most as many as the run is allowed.
 * A picture whose bytes are no longer those that were observed gives no line: the next observation looks at it again. One that
 * turns out to be damaged gives an unmade line.
 */
export async function* taskLines(recipeId: number, context: Context): AsyncGenerator<TaskLine | UnmadeLine> {
  const { db, home, settings, catalogue, allowance, notify } = context
  const write = lineWriter(settings, catalogue)
  const tokensOf = estimateRequestTokens(settings, catalogue)
  const placeOf = placesOf(settings.images, home.fetched)
  const { pending } = await countPendingRequests(db)
  const total = Math.min(pending, allowance.requests)
  let done = 0
  const step = allowance.isSpread ? Math.max(1, Math.floor(pending / total)) : 1
  const prepared = mapInOrder(
    pendingRequests(recipeId, step, context),
    PICTURES_IN_FLIGHT,
    async (request) => {
      const picture = await preparedPicture(request, placeOf(request.path), settings)
      return { request, picture }
    },
  )
  for await (const { request, picture } of prepared) {
    notify({ kind: 'tasks.written', done: ++done, total })
    const { id: requestId } = request
    if (!picture) await forgetStats(db, requestId)
    else if (isRefusal(picture)) yield { requestId, ...picture }
    else {
      const line = write(request, picture.jpeg)
      yield { requestId, customId: customId(request), line, ...tokensOf(picture) }
    }
  }
}

type Pending = Awaited<ReturnType<typeof findPendingRequests>>[number]

/** Every so manieth of those that wait, until the allowance is used up. */
async function* pendingRequests(
  recipeId: number,
  step: number,
  { db, allowance, signal }: Context,
): AsyncGenerator<Pending> {
  let left = allowance.requests
  let seen = 0
  let afterId = 0
  while (left > 0) {
    const limit = Math.min(left * step, PAGE_REQUESTS)
    const page = await findPendingRequests(db, recipeId, { afterId, limit })
    for (const request of page) {
      signal.throwIfAborted()
      if (seen++ % step !== 0 || left === 0) continue
      left--
      yield request
    }
    const last = page.at(-1)
    if (!last) return
    afterId = last.id
  }
}

/** Undefined when the bytes are others by now. */
async function preparedPicture(request: Pending, place: string | Buffer, settings: Settings) {
  const read = readPicture(place)
  if (!read.ok) return undefined
  if (hash('sha256', read.bytes) !== request.sha256) return undefined
  return preparePicture(read.bytes, { maxSidePx: settings.max_side_px, quality: settings.jpeg_quality })
}
