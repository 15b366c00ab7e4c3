import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { priceOf } from '../../data/catalogue/price.js'
import type { Db } from '../../data/database.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import type { AnswerRules } from '../../pipeline/batch/answer-rules.js'
import { profiles } from '../analysis/profile.js'
import { recipeOfPart } from './recipe-record.js'

/** Answers are read and priced as their part was asked and sent, whatever the recipe in force says by now. */
export async function rulesOfPart(
  db: Db,
  part: { partId: number; lane: Lane },
  catalogue: Catalogue,
): Promise<AnswerRules> {
  const { partId, lane } = part
  const recipe = await recipeOfPart(db, partId)
  const profile = profiles[recipe.profile]
  const model = catalogue.get(recipe.model)
  return {
    readAnswer(content) {
      const read = profile.readAnswer(content)
      return read.ok ? { ok: true, body: read.body } : { ok: false, code: read.reason, message: read.detail }
    },
    price(usage, tier) {
      // What asked for the cheaper tier may have been answered in the standard one.
      const billed = lane === 'flex' && tier === 'default' ? 'individual' : lane
      const { row, costNanoUsd } = priceOf(model, usage, billed)
      return { price: row, costNanoUsd }
    },
  }
}
