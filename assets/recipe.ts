import { findLatestObservation } from '../data/records/observations.js'
import { ensureRecipe } from '../data/records/recipes.js'
import { digest } from '../pipeline/engine/versions.js'
import { defineSource } from './fashion-kit.js'
import { describeRecipe, recipeRecord } from './request/recipe-record.js'

/** How a picture is asked about (model, prompt, response schema, parameters, image encoding), and how large a part is. */
export const recipe = defineSource({
  key: 'recipe',
  describe: 'Model, prompt, response schema, parameters and image encoding of a request; limits of a part.',
  async observe({ db, settings, catalogue, clock }) {
    const record = recipeRecord(settings, catalogue)
    const recipeId = await ensureRecipe(db, record, clock.now())
    const described = describeRecipe(settings)
    const before = await findLatestObservation(db, 'recipe')
    const dataVersion = digest([record.digest, JSON.stringify(described)])
    const isNew = before !== undefined && before.data_version !== dataVersion
    return {
      dataVersion,
      metadata: {
        recipeId,
        digest: record.digest,
        ...described,
        ...(isNew ? { change: changeOf(JSON.parse(before.metadata), described) } : {}),
      },
    }
  },
})

type Described = ReturnType<typeof describeRecipe>

function changeOf(before: Partial<Described>, now: Described): string {
  const changed = (Object.keys(now) as (keyof Described)[]).filter((name) => before[name] !== now[name])
  if (changed.length === 0) return 'prompt, schema or encoding of this version of hemline'
  return changed.map((name) => `${name} went from ${before[name]} to ${now[name]}`).join(', ')
}
