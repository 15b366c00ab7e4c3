import { rm } from 'node:fs/promises'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { assignRequests, findImagesWithoutRequest } from '../../data/records/images.js'
import {
  type Part,
  findBegunParts,
  findOutdatedParts,
  findParts,
  withdrawPart,
} from '../../data/records/parts.js'
import {
  countRequestsAfter,
  deleteUnwantedRequests,
  ensureRequests,
  findLastRequestId,
} from '../../data/records/requests.js'
import type { PartLimits } from '../../pipeline/batch/part-limits.js'
import { fingerprintOf } from './fingerprint.js'

const PAGE_IMAGES = 5_000

/**
 * Lets every usable image ask its request under the recipe. Images with the same bytes share one request, and a request
 * that was made before, by whatever run, is found again with its answer.
 *
 * @returns  of the images without a request: how many new requests they made, how many were known already.
 */
export async function planRequests(
  db: Db,
  recipeId: number,
  recipeDigest: string,
): Promise<{ new: number; known: number }> {
  const lastId = await findLastRequestId(db)
  let images = 0
  while (true) {
    const page = await findImagesWithoutRequest(db, recipeId, PAGE_IMAGES)
    if (page.length === 0) break
    const fingerprints = page.map(({ sha256 }) => fingerprintOf(recipeDigest, sha256))
    await db.transaction().execute(async (trx) => {
      const ids = await ensureRequests(trx, recipeId, [...new Set(fingerprints)])
      const assigned = page.map(({ id }, index) => ({
        imageId: id,
        requestId: ids.get(fingerprints[index]!)!,
      }))
      await assignRequests(trx, assigned)
    })
    images += page.length
  }
  const made = await countRequestsAfter(db, lastId)
  await deleteUnwantedRequests(db)
  return { new: made, known: images - made }
}

/** Takes back parts that were built and never sent, and would now be built otherwise; returns how many. */
export async function withdrawOutdatedParts(
  db: Db,
  recipeId: number,
  limits: PartLimits,
  home: Home,
): Promise<number> {
  const outdated = await findOutdatedParts(db, recipeId, limits)
  await withdrawParts(db, outdated, home)
  return outdated.length
}

/**
 * Takes back every part that was built and never sent, so that a run with a limit sends no more than it was told: what an
 * earlier one had built, and a budget held, is not part of that.
 *
 * @param since  those that were begun to be written at or after this instant; undefined for all.
 */
export async function withdrawUnsentParts(db: Db, home: Home, since = ''): Promise<void> {
  const begun = await findBegunParts(db)
  const built = await findParts(db, 'built')
  await withdrawParts(
    db,
    built.filter(({ id, created_at: at }) => !begun.has(id) && at >= since),
    home,
  )
}

async function withdrawParts(db: Db, parts: readonly Part[], home: Home): Promise<void> {
  for (const part of parts) {
    if (await withdrawPart(db, part.id)) await rm(home.pathOf(part.path), { force: true })
  }
}
