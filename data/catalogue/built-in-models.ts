import type { Detail, ImageRule, ModelRow, PatchFit, ShutDown, Source, TileRule } from './model-row.js'
import { PRICE_SOURCE, standardPricing } from './standard-pricing.js'

const VISION_GUIDE: Source = { name: 'OpenAI, "Images and vision"', asOf: '2026-11-01' }
const DEPRECATIONS: Source = { name: 'OpenAI, "Deprecations"', asOf: '2026-11-01' }

/** Batches and flex are charged half. Source: OpenAI, "Pricing" (2026-11-01). */
const LANE_FACTORS = { individual: 1, batch: 0.5, flex: 0.5 } as const

const CLASSIC = { temperature: true, leastReasoningEffort: undefined } as const
const FIRST_REASONING = { temperature: false, leastReasoningEffort: 'minimal' } as const
const REASONING = { temperature: false, leastReasoningEffort: 'none' } as const

const CLASSIC_ENDS: ShutDown = { date: '2027-01-14', replacement: 'gpt-6-luna' }
const GPT_5_ENDS: ShutDown = { date: '2026-12-11', replacement: 'gpt-6-luna' }

/** Every model that can be asked about pictures here without a file of one's own, oldest families first. */
export const builtInModels: readonly ModelRow[] = [
  classic('gpt-4o', tiles(85, 170)),
  classic('gpt-4o-mini', tiles(2833, 5667)),
  classic('gpt-4.1', tiles(85, 170)),
  classic('gpt-4.1-mini', patches(1.62, same(6_144, 2_048))),
  firstReasoning('gpt-5', tiles(70, 140)),
  firstReasoning('gpt-5-mini', patches(1.2, same(1_536))),
  firstReasoning('gpt-5-nano', patches(1.5, same(1_536))),
  row('gpt-5.2', patches(1.2, same(6_144, 2_048))),
  row('gpt-5.4', gpt54()),
  row('gpt-5.4-mini', gpt54()),
  row('gpt-5.4-nano', gpt54()),
  row('gpt-5.6-luna', gpt56()),
  row('gpt-5.6-terra', gpt56()),
  row('gpt-5.6-sol', gpt56()),
  // That these two count pictures as gpt-6-astra does is not confirmed; usage that answers report is the truth.
  { ...row('gpt-6-luna', gpt56()), isConfirmed: false },
  { ...row('gpt-6-sol', gpt56()), isConfirmed: false },
  row('gpt-6-astra', gpt56()),
]

function classic(id: string, imageRule: ImageRule): ModelRow {
  return { ...row(id, imageRule), parameters: CLASSIC, shutDown: CLASSIC_ENDS }
}

function firstReasoning(id: string, imageRule: ImageRule): ModelRow {
  return { ...row(id, imageRule), parameters: FIRST_REASONING, shutDown: GPT_5_ENDS }
}

function row(id: string, imageRule: ImageRule): ModelRow {
  return {
    id,
    ...standardPricing(id),
    laneFactors: LANE_FACTORS,
    imageRule,
    parameters: REASONING,
    shutDown: undefined,
    sources: { prices: PRICE_SOURCE, imageRule: VISION_GUIDE, shutDown: DEPRECATIONS },
    isConfirmed: true,
  }
}

function tiles(base: number, perTile: number): TileRule {
  return { family: 'tile', base, perTile }
}

function patches(multiplier: number, fit: Record<Detail, PatchFit>): ImageRule {
  return { family: 'patch', multiplier, fit }
}

function same(budget: number, maxSidePx?: number): Record<Detail, PatchFit> {
  const fit = { budget, maxSidePx }
  return { low: fit, high: fit, auto: fit }
}

/** Here `low` has the larger budget, and can cost more than `high`. */
function gpt54(): ImageRule {
  const high = { budget: 2_500, maxSidePx: 2_048 }
  return patches(1.2, { low: { budget: 6_144, maxSidePx: 2_048 }, high, auto: high })
}

function gpt56(): ImageRule {
  return patches(1.2, {
    low: { budget: undefined, maxSidePx: 512 },
    high: { budget: 2_500, maxSidePx: 2_048 },
    auto: { budget: undefined, maxSidePx: undefined },
  })
}
