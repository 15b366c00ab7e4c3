import type { ImageRule, ModelRow, PatchFit, Prices, ShutDown, TileRule } from './model-row.js'

const SOURCE = 'OpenAI pricing, vision and deprecations pages'
const AS_OF = '2026-11-01'

const CLASSIC = { temperature: true, leastReasoningEffort: undefined } as const
const FIRST_REASONING = { temperature: false, leastReasoningEffort: 'minimal' } as const
const REASONING = { temperature: false, leastReasoningEffort: 'none' } as const

const LONG_CONTEXT = { aboveInputTokens: 272_000, inputFactor: 2, outputFactor: 1.5 }

const TO_GPT_6_LUNA: ShutDown = { date: '2027-01-14', replacement: 'gpt-6-luna' }
const GPT_5_ENDS: ShutDown = { date: '2026-12-11', replacement: 'gpt-6-luna' }

/** Every model that can be asked about pictures here, dearest families last. */
export const models: readonly ModelRow[] = [
  classic('gpt-4o', usd('2.50', '1.25', '10'), tiles(85, 170)),
  classic('gpt-4o-mini', usd('0.15', '0.075', '0.60'), tiles(2833, 5667)),
  classic('gpt-4.1', usd('2', '0.50', '8'), tiles(85, 170)),
  classic('gpt-4.1-mini', usd('0.40', '0.10', '1.60'), patches(1.62, same(6_144, 2_048))),
  firstReasoning('gpt-5', usd('1.25', '0.125', '10'), tiles(70, 140)),
  firstReasoning('gpt-5-mini', usd('0.25', '0.025', '2'), patches(1.2, same(1_536))),
  firstReasoning('gpt-5-nano', usd('0.05', '0.005', '0.40'), patches(1.5, same(1_536))),
  reasoning('gpt-5.2', usd('1.75', '0.175', '14'), patches(1.2, same(6_144, 2_048))),
  reasoning('gpt-5.4', usd('2.50', '0.25', '15'), gpt54()),
  reasoning('gpt-5.4-mini', usd('0.75', '0.075', '4.50'), gpt54()),
  reasoning('gpt-5.4-nano', usd('0.20', '0.02', '1.25'), gpt54()),
  reasoning('gpt-5.6-luna', usd('0.20', '0.02', '1.20'), gpt56()),
  reasoning('gpt-5.6-terra', usd('2', '0.20', '12'), gpt56()),
  reasoning('gpt-5.6-sol', usd('4', '0.40', '20'), gpt56()),
  // That these two count pictures as gpt-6-astra does is not confirmed; usage that answers report is the truth.
  { ...reasoning('gpt-6-luna', usd('0.10', '0.01', '0.50'), gpt56()), isConfirmed: false },
  { ...reasoning('gpt-6-sol', usd('2', '0.20', '10'), gpt56()), isConfirmed: false },
  reasoning('gpt-6-astra', usd('10', '1', '50'), gpt56()),
]

function classic(id: string, prices: Prices, imageRule: ImageRule): ModelRow {
  return { ...row(id, prices, imageRule), parameters: CLASSIC, shutDown: TO_GPT_6_LUNA }
}

function firstReasoning(id: string, prices: Prices, imageRule: ImageRule): ModelRow {
  return { ...row(id, prices, imageRule), parameters: FIRST_REASONING, shutDown: GPT_5_ENDS }
}

function reasoning(id: string, prices: Prices, imageRule: ImageRule): ModelRow {
  return { ...row(id, prices, imageRule), longContext: LONG_CONTEXT }
}

function row(id: string, prices: Prices, imageRule: ImageRule): ModelRow {
  return {
    id,
    prices,
    batchFactor: 0.5,
    longContext: undefined,
    imageRule,
    parameters: REASONING,
    shutDown: undefined,
    source: SOURCE,
    asOf: AS_OF,
    isConfirmed: true,
  }
}

function usd(input: string, cachedInput: string, output: string): Prices {
  return { input, cachedInput, output }
}

function tiles(base: number, perTile: number): TileRule {
  return { family: 'tile', base, perTile }
}

function patches(multiplier: number, fit: Record<'low' | 'high' | 'auto', PatchFit>): ImageRule {
  return { family: 'patch', multiplier, fit }
}

function same(budget: number, maxSidePx?: number): Record<'low' | 'high' | 'auto', PatchFit> {
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
