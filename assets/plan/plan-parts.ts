import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { findSmallestLimit } from '../../data/records/learned-limits.js'
import { findBatchDurations } from '../../data/records/measured-usage.js'
import { findRecipeId } from '../../data/records/recipes.js'
import { smaller } from '../../pipeline/batch/window.js'
import type { CostEstimate, Plan } from '../../reports/plan-type.js'
import { measuredRequestBytes, sampleRequestBytes } from '../request/request-bytes.js'
import type { Settings } from '../settings.js'

const SAMPLED_PICTURES = 8
const KNOWN_DURATIONS = 20
/** A batch ends within a day: answered, or expired. */
const LONGEST_SECONDS = 86_400

/**
 * Into how many parts the requests of a batch go, how large they are, and when the last of them is done at the latest: where
 * the account's window of tokens is smaller than all of them, it is filled several times, one after the other.
 *
 * @param estimate  of at least one request.
 */
export async function planParts(
  estimate: CostEstimate,
  recipeDigest: string,
  context: { db: Db; home: Home; settings: Settings; catalogue: Catalogue },
): Promise<NonNullable<Plan['parts']>> {
  const { db, settings } = context
  const { requests, text_tokens: text, image_tokens: images } = estimate
  const known = await knownBytes(db, recipeDigest)
  const sampled = known === undefined ? await sampleRequestBytes(SAMPLED_PICTURES, context) : undefined
  const bytes = Math.round((known ?? sampled!.bytes) * requests)
  const window = smaller(settings.enqueued_tokens ?? undefined, await findSmallestLimit(db, settings.model))
  const windows = window === undefined ? 1 : Math.ceil((text + images) / window)
  const durations = (await findBatchDurations(db, settings.provider === 'local', KNOWN_DURATIONS)).toSorted(
    (a, b) => a - b,
  )
  const median = durations[Math.floor(durations.length / 2)]
  return {
    count: Math.max(
      Math.ceil(requests / settings.part_requests),
      Math.ceil(bytes / settings.part_bytes),
      windows,
    ),
    bytes,
    bytes_measured_on: sampled?.pictures ?? 0,
    window_tokens: window ?? null,
    windows,
    latest_finish_seconds: windows * LONGEST_SECONDS,
    usual_finish_seconds: median === undefined ? null : Math.round((windows * median) / 1000),
  }
}

async function knownBytes(db: Db, recipeDigest: string): Promise<number | undefined> {
  const recipeId = await findRecipeId(db, recipeDigest)
  return recipeId === undefined ? undefined : measuredRequestBytes(db, recipeId)
}
