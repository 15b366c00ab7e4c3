import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { ModelRow } from '../../data/catalogue/model-row.js'
import { priceOf } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import { type LaneCharges, sumChargesByLane } from '../../data/records/measured-usage.js'
import { countPicturesBySize } from '../../data/records/pictures.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import type { ComparedMethod, MethodComparison } from '../../reports/method-comparison.js'
import { recipeRecord } from '../request/recipe-record.js'
import type { Settings } from '../settings.js'
import { estimate } from './estimate.js'
import { usualMethods } from './usual-methods.js'

/**
 * What all pictures on record cost in each of the three ways, with the model and detail of the settings: from the ledger where
 * requests were charged in that way, or in another lane of the same profile; else estimated.
 *
 * @returns  undefined when no picture is on record.
 */
export async function compareMethods(
  db: Db,
  settings: Settings,
  catalogue: Catalogue,
): Promise<MethodComparison | undefined> {
  const sizes = await countPicturesBySize(db)
  if (sizes.length === 0) return undefined
  const pictures = sizes.reduce((sum, size) => sum + size.pictures, 0)
  const methods: ComparedMethod[] = []
  for (const { profile, lane } of usualMethods) {
    const ofProfile = { ...settings, profile }
    const charged = await sumChargesByLane(db, recipeRecord(ofProfile, catalogue).digest)
    const measured = fromLedger(charged, lane, catalogue.get(settings.model))
    const cost =
      measured === undefined
        ? estimate(sizes, ofProfile, catalogue).cost_nano_usd[lane]
        : Math.round(measured.costEach * pictures)
    methods.push({
      method: `${profile}/${lane}`,
      cost_nano_usd: cost,
      basis: measured?.basis ?? 'estimated',
      measured_on: measured?.requests ?? 0,
    })
  }
  const { images, model, detail } = settings
  return { images, model, detail, pictures, methods }
}

/**
 * What a request cost on average in a lane, or the tokens of those that were charged in others would at its price of today;
 * undefined without charges.
 */
function fromLedger(
  charged: readonly LaneCharges[],
  lane: Lane,
  model: ModelRow,
): { costEach: number; requests: number; basis: 'measured' | 'measured_usage' } | undefined {
  const own = charged.find((each) => each.lane === lane)
  if (own) return { costEach: own.cost_nano_usd / own.requests, requests: own.requests, basis: 'measured' }
  const sumOf = (name: Exclude<keyof LaneCharges, 'lane'>): number =>
    charged.reduce((sum, each) => sum + each[name], 0)
  const requests = sumOf('requests')
  if (requests === 0) return undefined
  const usage = {
    inputTokens: sumOf('input_tokens'),
    cachedTokens: sumOf('cached_tokens'),
    outputTokens: sumOf('output_tokens'),
  }
  // A sum of many requests is no long one.
  const { costNanoUsd } = priceOf({ ...model, longContext: undefined }, usage, lane)
  return { costEach: costNanoUsd / requests, requests, basis: 'measured_usage' }
}
