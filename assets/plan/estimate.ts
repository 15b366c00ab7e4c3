import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { ModelRow } from '../../data/catalogue/model-row.js'
import { nanoPerToken, priceOf } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import { type MeasuredUsage, measureUsage } from '../../data/records/measured-usage.js'
import type { SizeCount } from '../../data/records/pictures.js'
import { type Lane, lanes } from '../../data/schema/batch-tables.js'
import type { CostEstimate } from '../../reports/plan-type.js'
import { profiles } from '../analysis/profile.js'
import { preparedSize } from '../picture/prepared-size.js'
import { estimateRequestTokens } from '../request/estimate-tokens.js'
import type { Settings } from '../settings.js'
import { costInterval } from './interval.js'

/** Measures what answers of a recipe used, at the prices of a model. */
export function measure(
  db: Db,
  recipeDigest: string,
  { profile, provider }: Settings,
  model: ModelRow,
): Promise<MeasuredUsage> {
  return measureUsage(db, recipeDigest, nanoPerToken(model), profiles[profile].usualAnswerTokens[provider])
}

/**
 * What asking about pictures of these sizes takes and costs: the text by the tokenizer, pictures by the model's rule, answers
 * as long as the measured ones or as the profile's usually are. Where answers were measured, the input is corrected by what
 * they reported. Each request is priced by itself.
 *
 * @param measured  of the same recipe; undefined to estimate by formulas alone.
 */
export function estimate(
  sizes: readonly SizeCount[],
  settings: Settings,
  catalogue: Catalogue,
  measured?: MeasuredUsage,
): CostEstimate {
  const tokensOf = estimateRequestTokens(settings, catalogue)
  const model = catalogue.get(settings.model)
  const isMeasured = measured !== undefined && measured.answers > 0
  const correction = isMeasured ? measured.inputTokens / measured.estimatedInputTokens : 1
  const outputEach = isMeasured
    ? Math.round(measured.outputTokens / measured.answers)
    : profiles[settings.profile].usualAnswerTokens[settings.provider]
  const sum = { requests: 0, text_tokens: 0, image_tokens: 0 }
  const costs: Record<Lane, number> = { batch: 0, individual: 0, flex: 0 }
  for (const { pictures, ...size } of sizes) {
    const { inputTokens, imageTokens } = tokensOf(preparedSize(size, settings.max_side_px))
    const input = Math.round(inputTokens * correction)
    const ofPicture = Math.round(imageTokens * correction)
    sum.requests += pictures
    sum.text_tokens += (input - ofPicture) * pictures
    sum.image_tokens += ofPicture * pictures
    const usage = { inputTokens: input, cachedTokens: 0, outputTokens: outputEach }
    for (const lane of lanes) costs[lane] += priceOf(model, usage, lane).costNanoUsd * pictures
  }
  return {
    ...sum,
    output_tokens: outputEach * sum.requests,
    cost_nano_usd: costs,
    measured_by: measured?.answers ?? 0,
    interval: (measured && costInterval(measured, sum.requests)) ?? null,
  }
}
