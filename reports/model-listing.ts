import type { ImageRule, LongContext, ModelRow, PatchFit, Source } from '../data/catalogue/model-row.js'
import type { Listing } from './listing.js'

/** What is known of each model, and who says so. */
export const modelListing: Listing<ModelRow> = {
  columns: [
    { title: 'model' },
    { title: '$/M in', align: 'right' },
    { title: 'cached', align: 'right' },
    { title: 'out', align: 'right' },
    { title: 'in a batch', align: 'right' },
    { title: 'a picture is counted in' },
    { title: 'shut down' },
    { title: 'prices from' },
  ],
  cells: (model) => [
    model.id,
    model.prices.input,
    model.prices.cachedInput,
    model.prices.output,
    `x ${model.laneFactors.batch}`,
    `${ruleInWords(model)}${model.isConfirmed ? '' : ' (not confirmed)'}`,
    model.shutDown ? `${model.shutDown.date}, then ${model.shutDown.replacement}` : '',
    `${model.sources.prices.name}, ${model.sources.prices.asOf}`,
  ],
  json: ({ sources, ...model }) => ({
    model: model.id,
    usd_per_million_tokens: {
      input: model.prices.input,
      cached_input: model.prices.cachedInput,
      output: model.prices.output,
    },
    lane_factors: model.laneFactors,
    long_context: longContextJson(model.longContext),
    context_tokens: model.contextTokens ?? null,
    image_rule: ruleJson(model.imageRule),
    is_confirmed: model.isConfirmed,
    shut_down: model.shutDown ?? null,
    sources: {
      prices: sourceJson(sources.prices),
      image_rule: sourceJson(sources.imageRule),
      shut_down: sourceJson(sources.shutDown),
    },
  }),
  empty: 'No models are known.',
}

function ruleInWords({ imageRule: rule }: ModelRow): string {
  return rule.family === 'tile'
    ? `tiles of 512 px: ${rule.base} + ${rule.perTile} each`
    : `patches of 32 px, x ${rule.multiplier}`
}

/** As `models.json` of a home has it. */
function ruleJson(rule: ImageRule): object {
  if (rule.family === 'tile') return { tile: { base: rule.base, per_tile: rule.perTile } }
  const { low, high, auto } = rule.fit
  const fit = { low: fitJson(low), high: fitJson(high), auto: fitJson(auto) }
  return { patch: { multiplier: rule.multiplier, fit } }
}

function fitJson({ maxSidePx, budget }: PatchFit): object {
  return { max_side_px: maxSidePx ?? null, budget: budget ?? null }
}

function longContextJson(surcharge: LongContext | undefined): object | null {
  if (!surcharge) return null
  const { aboveInputTokens, inputFactor, outputFactor } = surcharge
  return { above_input_tokens: aboveInputTokens, input_factor: inputFactor, output_factor: outputFactor }
}

function sourceJson({ name, asOf }: Source): object {
  return { name, as_of: asOf }
}
