import leven from 'leven'
import { DataError } from '../data-error.js'
import { builtInModels } from './built-in-models.js'
import type { ModelRow } from './model-row.js'
import { isPricedApart } from './standard-pricing.js'

/** The models that can be asked, with what is known of each. */
export type Catalogue = {
  readonly models: readonly ModelRow[]
  /**
   * What is known of a model, also under the name of one of its dated snapshots (`gpt-4o-mini-2024-07-18`). A snapshot that
   * costs something else than its model (`gpt-4o-2024-05-13`) is not known.
   *
   * @throws DataError `unknown_model` that names the nearest models.
   */
  get(id: string): ModelRow
}

export function makeCatalogue(models: readonly ModelRow[]): Catalogue {
  const byId = new Map(models.map((model) => [model.id, model]))
  return {
    models,
    get(id) {
      const known = byId.get(id)
      if (known) return known
      const model = byId.get(id.replace(/-\d{4}-\d{2}-\d{2}$/, ''))
      if (model && !isPricedApart(id)) return model
      throw unknownModel(id, models)
    },
  }
}

/** What is known without a file of one's own. */
export const builtInCatalogue = makeCatalogue(builtInModels)

function unknownModel(id: string, models: readonly ModelRow[]): DataError {
  const nearest = models
    .map((known) => ({ id: known.id, distance: leven(id.toLowerCase(), known.id) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((known) => `"${known.id}"`)
  return new DataError({
    code: 'unknown_model',
    message: `no model "${id}" in the price catalogue; the nearest are ${nearest.join(', ')}`,
    hint: '`hemline models` lists what is known; give any other a price in models.json of the home.',
  })
}
