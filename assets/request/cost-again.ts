import { getModel } from '../../data/catalogue/find-model.js'
import { priceOf } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import { sumChargesOfRecipe } from '../../data/records/charges.js'
import type { Part } from '../../data/records/parts.js'
import { recipeOfPart } from './recipe-record.js'

/** What requests may cost when they are sent once more, in billionths of a dollar. */
export type CostAgain = {
  costNanoUsd: number
  inputTokens: number
  /** The dated price. */
  price: string
  /** How many earlier answers tell what the answers cost; 0: the cost is that of the input alone. */
  measuredBy: number
}

/** Estimates what some requests of a part cost in a batch: the input as it was estimated, the answers as measured. */
export async function costAgain(db: Db, part: Part, requests: number): Promise<CostAgain> {
  const { model } = await recipeOfPart(db, part.id)
  const earlier = await sumChargesOfRecipe(db, part.recipe_id)
  const inputEach = Math.round(part.estimated_tokens / part.requests)
  const outputEach = earlier.requests === 0 ? 0 : Math.round(earlier.output_tokens / earlier.requests)
  const usage = { inputTokens: inputEach, cachedTokens: 0, outputTokens: outputEach }
  const { costNanoUsd, row } = priceOf(getModel(model), usage, 'batch')
  return {
    costNanoUsd: costNanoUsd * requests,
    inputTokens: inputEach * requests,
    price: row,
    measuredBy: earlier.requests,
  }
}
