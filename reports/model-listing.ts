import type { ModelRow } from '../data/catalogue/model-row.js'
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
  json: (model) => ({
    model: model.id,
    usd_per_million_tokens: {
      input: model.prices.input,
      cached_input: model.prices.cachedInput,
      output: model.prices.output,
    },
    lane_factors: model.laneFactors,
    long_context: model.longContext ?? null,
    context_tokens: model.contextTokens ?? null,
    image_rule: model.imageRule,
    is_confirmed: model.isConfirmed,
    shut_down: model.shutDown ?? null,
    sources: model.sources,
  }),
  empty: 'No models are known.',
}

function ruleInWords({ imageRule: rule }: ModelRow): string {
  return rule.family === 'tile'
    ? `tiles of 512 px: ${rule.base} + ${rule.perTile} each`
    : `patches of 32 px, x ${rule.multiplier}`
}
