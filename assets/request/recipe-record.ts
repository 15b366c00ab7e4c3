import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import { type RecipeRecord, getRecipeOfPart } from '../../data/records/recipes.js'
import { digest } from '../../pipeline/engine/versions.js'
import type { ProfileName } from '../analysis/profile.js'
import { encodingId } from '../picture/prepare-picture.js'
import type { Settings } from '../settings.js'
import { requestBody } from './request-template.js'

/** What of a recipe, and of the limits of a part, is worth telling a person. */
function describeRecipe(settings: Settings) {
  const { provider, model, profile, detail, max_side_px, jpeg_quality } = settings
  const { part_requests, part_bytes, enqueued_tokens } = settings
  return {
    provider,
    model,
    profile,
    detail,
    max_side_px,
    jpeg_quality,
    part_requests,
    part_bytes,
    enqueued_tokens,
  }
}

/**
 * The recipe of the settings, with its digest over everything that shapes an answer: model, profile, prompt, response
 * schema, parameters, image encoding. Who answers is part of it only for the local server, whose answers are not a
 * model's; the lane never is.
 */
export function recipeRecord(settings: Settings, catalogue: Catalogue): RecipeRecord {
  const encoding = encodingId({ maxSidePx: settings.max_side_px, quality: settings.jpeg_quality })
  const body = JSON.stringify(requestBody(settings, catalogue))
  const answeredBy = settings.provider === 'local' ? 'local' : 'model'
  return {
    digest: digest([settings.model, settings.profile, body, encoding, answeredBy]),
    model: settings.model,
    profile: settings.profile,
    body: JSON.stringify({ ...describeRecipe(settings), encoding, request: JSON.parse(body) as object }),
  }
}

/** The data version of the recipe, with what of it is told to a person. */
export function recipeVersion(
  settings: Settings,
  catalogue: Catalogue,
): { dataVersion: string; described: Described } {
  const described = describeRecipe(settings)
  const { digest: recipeDigest } = recipeRecord(settings, catalogue)
  return { dataVersion: digest([recipeDigest, JSON.stringify(described)]), described }
}

/** What of a recipe is another than before, as a phrase. */
export function recipeChange(before: Partial<Described>, now: Described): string {
  const changed = (Object.keys(now) as (keyof Described)[]).filter((name) => before[name] !== now[name])
  if (changed.length === 0) return 'prompt, schema or encoding of this version of hemline'
  return changed.map((name) => `${name} went from ${before[name]} to ${now[name]}`).join(', ')
}

type Described = ReturnType<typeof describeRecipe>

/** With what a part was asked, as reading its answers needs it. */
export async function recipeOfPart(
  db: Db,
  partId: number,
): Promise<{ model: string; profile: ProfileName; provider: Settings['provider'] }> {
  const { model, profile, body } = await getRecipeOfPart(db, partId)
  const { provider } = JSON.parse(body) as Described
  return { model, profile: profile as ProfileName, provider }
}
