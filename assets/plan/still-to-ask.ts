import type { Db } from '../../data/database.js'
import { type SizeCount, findPictures, findRequestStates } from '../../data/records/pictures.js'
import { findRecipeId } from '../../data/records/recipes.js'
import type { RequestState } from '../../data/schema/batch-tables.js'
import { fingerprintOf } from '../request/fingerprint.js'

/** Of the different pictures of a home: which a recipe would have to ask about, and what becomes of the others. */
export type StillToAsk = {
  /** To be sent, by their size; those that are in a tasks file already are among them. */
  sizes: SizeCount[]
  requests: number
  /** Those of them that a tasks file holds already. */
  inParts: number
  answered: number
  /** At the provider, or being asked. */
  underWay: number
  /** For good. */
  failed: number
}

const PAGE_PICTURES = 1_000

/**
 * Holds the pictures on record against what was ever asked under a recipe, whether it is in force or not.
 *
 * @param all  the sizes of all of them.
 */
export async function findStillToAsk(
  db: Db,
  recipeDigest: string,
  all: readonly SizeCount[],
): Promise<StillToAsk> {
  if ((await findRecipeId(db, recipeDigest)) === undefined) return nothingAsked([...all])
  const found = nothingAsked([])
  const counts = new Map<string, SizeCount>()
  let afterSha256 = ''
  while (true) {
    const page = await findPictures(db, { afterSha256, limit: PAGE_PICTURES })
    const last = page.at(-1)
    if (!last) return { ...found, sizes: [...counts.values()] }
    const fingerprints = page.map(({ sha256 }) => fingerprintOf(recipeDigest, sha256))
    const states = await findRequestStates(db, fingerprints)
    for (const [at, { width, height }] of page.entries()) {
      if (!count(found, states.get(fingerprints[at]!))) continue
      const key = `${width}x${height}`
      const size = counts.get(key) ?? { width, height, pictures: 0 }
      size.pictures++
      counts.set(key, size)
    }
    afterSha256 = last.sha256
  }
}

function nothingAsked(sizes: SizeCount[]): StillToAsk {
  const requests = sizes.reduce((sum, { pictures }) => sum + pictures, 0)
  return { sizes, requests, inParts: 0, answered: 0, underWay: 0, failed: 0 }
}

/** Counts one picture; says whether it is still to be sent. */
function count(found: StillToAsk, state: RequestState | undefined): boolean {
  switch (state) {
    case 'answered':
      found.answered++
      return false
    case 'submitted':
      found.underWay++
      return false
    case 'failed':
      found.failed++
      return false
    case 'in_part':
      found.inParts++
      break
    case 'pending':
    case 'skipped':
    case undefined:
      break
  }
  found.requests++
  return true
}
