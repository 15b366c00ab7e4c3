import { findLatestObservation } from '../data/records/observations.js'
import { ensureRecipe } from '../data/records/recipes.js'
import { defineSource } from './fashion-kit.js'

/** How a picture is asked about (model, prompt, response schema, parameters, image encoding), and how large a part is. */
export const recipe = defineSource({
  key: 'recipe',
  describe: 'Model, prompt, response schema, parameters and image encoding of a request; limits of a part.',
  async observe({ db, settings, catalogue, clock }) {
    const { recipeChange, recipeRecord, recipeVersion } = await import('./request/recipe-record.js')
    const record = recipeRecord(settings, catalogue)
    const recipeId = await ensureRecipe(db, record, clock.now())
    const { dataVersion, described } = recipeVersion(settings, catalogue)
    const before = await findLatestObservation(db, 'recipe')
    const isNew = before !== undefined && before.data_version !== dataVersion
    return {
      dataVersion,
      metadata: {
        recipeId,
        digest: record.digest,
        ...described,
        ...(isNew ? { change: recipeChange(JSON.parse(before.metadata) as object, described) } : {}),
      },
    }
  },
})
