import leven from 'leven'
import { DataError } from '../data-error.js'
import type { ModelRow } from './model-row.js'
import { models } from './models.js'

/** What is known of a model, also under the name of one of its dated snapshots (`gpt-4o-mini-2024-07-18`). */
function findModel(id: string): ModelRow | undefined {
  const base = id.replace(/-\d{4}-\d{2}-\d{2}$/, '')
  return models.find((model) => model.id === base)
}

/** @throws DataError `unknown_model` that names the nearest models. */
export function getModel(id: string): ModelRow {
  const model = findModel(id)
  if (model) return model
  const nearest = models
    .map((known) => ({ id: known.id, distance: leven(id.toLowerCase(), known.id) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map((known) => `"${known.id}"`)
  throw new DataError({
    code: 'unknown_model',
    message: `no model "${id}" in the price catalogue; the nearest are ${nearest.join(', ')}`,
    hint: `Known are ${models.map((known) => known.id).join(', ')}.`,
  })
}
