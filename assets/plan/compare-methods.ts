import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import { sumChargesByLane } from '../../data/records/measured-usage.js'
import { countPicturesBySize } from '../../data/records/pictures.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import type { ComparedMethod, MethodComparison } from '../../reports/method-comparison.js'
import type { ProfileName } from '../analysis/profile.js'
import { recipeRecord } from '../request/recipe-record.js'
import type { Settings } from '../settings.js'
import { estimate } from './estimate.js'

const METHODS: readonly { profile: ProfileName; lane: Lane }[] = [
  { profile: 'original', lane: 'individual' },
  { profile: 'compact', lane: 'individual' },
  { profile: 'compact', lane: 'batch' },
]

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
  for (const { profile, lane } of METHODS) {
    const ofProfile = { ...settings, profile }
    const charged = await sumChargesByLane(db, recipeRecord(ofProfile, catalogue).digest)
    const measured = fromLedger(charged, lane, catalogue.get(settings.model).laneFactors)
    const cost =
      measured === undefined
        ? (await estimate(sizes, ofProfile, catalogue)).cost_nano_usd[lane]
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

type Charged = Awaited<ReturnType<typeof sumChargesByLane>>

/** What a request cost on average in a lane, or would by what it was charged in others; undefined without charges. */
function fromLedger(
  charged: Charged,
  lane: Lane,
  factors: Readonly<Record<Lane, number>>,
): { costEach: number; requests: number; basis: 'measured' | 'measured_usage' } | undefined {
  const own = charged.find((each) => each.lane === lane)
  if (own) return { costEach: own.cost_nano_usd / own.requests, requests: own.requests, basis: 'measured' }
  const others = charged.filter((each) => factors[each.lane] > 0)
  const requests = others.reduce((sum, each) => sum + each.requests, 0)
  if (requests === 0) return undefined
  const standard = others.reduce((sum, each) => sum + each.cost_nano_usd / factors[each.lane], 0)
  return { costEach: (standard * factors[lane]) / requests, requests, basis: 'measured_usage' }
}
