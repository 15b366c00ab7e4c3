import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { priceOf } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import { sumChargesOfRecipe } from '../../data/records/charges.js'
import type { Part } from '../../data/records/parts.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import { profiles } from '../analysis/profile.js'
import { recipeOfPart } from './recipe-record.js'

/** What requests are expected to cost, in billionths of a dollar. */
export type ExpectedCost = {
  costNanoUsd: number
  inputTokens: number
  /** Of one answer, on average. */
  outputTokensEach: number
  /** The dated price. */
  price: string
  /**
   * How many earlier answers of the same recipe tell how long answers are, and how the input is counted; 0: it is what the
   * profile usually gives, and the rule of the model.
   */
  measuredBy: number
}

/**
 * Expects of some requests of a part: the input as it was estimated, corrected by what answers before reported of theirs, as
 * in a plan; the answers as long as those before.
 */
export async function expectedCost(
  db: Db,
  { part, requests, lane }: { part: Part; requests: number; lane: Lane },
  catalogue: Catalogue,
): Promise<ExpectedCost> {
  const { model, profile, provider } = await recipeOfPart(db, part.id)
  const earlier = await sumChargesOfRecipe(db, part.recipe_id)
  const { measured_input_tokens: measured, estimated_input_tokens: estimated } = earlier
  const correction = estimated === 0 ? 1 : measured / estimated
  const inputEach = Math.round((part.estimated_tokens / part.requests) * correction)
  const outputTokensEach =
    earlier.requests === 0
      ? profiles[profile].usualAnswerTokens[provider]
      : Math.round(earlier.output_tokens / earlier.requests)
  const usage = { inputTokens: inputEach, cachedTokens: 0, outputTokens: outputTokensEach }
  const { costNanoUsd, row } = priceOf(catalogue.get(model), usage, lane)
  return {
    costNanoUsd: costNanoUsd * requests,
    inputTokens: inputEach * requests,
    outputTokensEach,
    price: row,
    measuredBy: earlier.requests,
  }
}
