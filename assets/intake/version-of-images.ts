import type { Db } from '../../data/database.js'
import { findSummedImages } from '../../data/records/images.js'
import { sumRows } from '../../pipeline/engine/sum-rows.js'

/**
 * The data version of all images on record, and how many are usable and skipped; the order in which they were found does
 * not matter.
 */
export async function versionOfImages(
  db: Db,
): Promise<{ dataVersion: string; usable: number; skipped: number }> {
  const { versions, counts } = await sumRows(db, 'images', 1, findSummedImages, (image) => {
    const { path, post, position, columns, state, sha256, reason } = image
    return { items: [[path, post, String(position), columns, sha256 ?? '', reason ?? '']], count: state }
  })
  return { dataVersion: versions[0]!, usable: counts['usable'] ?? 0, skipped: counts['skipped'] ?? 0 }
}
