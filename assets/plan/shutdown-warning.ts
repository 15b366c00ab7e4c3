import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { formatUsd } from '../../data/catalogue/price.js'
import { shutdownOf } from '../../data/catalogue/shutdown.js'
import type { Db } from '../../data/database.js'
import { countPicturesBySize } from '../../data/records/pictures.js'
import { formatCountOf } from '../../reports/numbers.js'
import type { Settings } from '../settings.js'
import { estimate } from './estimate.js'

/**
 * What a person must know of a model that is shut down within 90 days: when, what replaces it, and what the pictures on record
 * cost with each, in a batch. Undefined for any other.
 */
export async function shutdownWarning(
  db: Db,
  settings: Settings,
  catalogue: Catalogue,
  now: Date,
): Promise<string | undefined> {
  const shutdown = shutdownOf(catalogue.get(settings.model), now)
  if (!shutdown) return undefined
  const { sentence, replacement } = shutdown
  const sizes = await countPicturesBySize(db)
  if (sizes.length === 0 || !catalogue.models.some(({ id }) => id === replacement)) return sentence
  const costWith = (model: string): number =>
    estimate(sizes, { ...settings, model }, catalogue).cost_nano_usd.batch
  const pictures = sizes.reduce((sum, size) => sum + size.pictures, 0)
  const costs = [costWith(settings.model), costWith(replacement)].map(formatUsd)
  return `${sentence}. All ${formatCountOf(pictures, 'picture')} in a batch: ${costs[0]} with ${settings.model}, ${costs[1]} with ${replacement} (estimated)`
}
