import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import { type RecipeRecord, getRecipeOfPart } from '../../data/records/recipes.js'
import { digest } from '../../pipeline/engine/versions.js'
import type { ProfileName } from '../analysis/profile.js'
import { encodingId } from '../picture/prepare-picture.js'
import type { Settings } from '../settings.js'
import { requestBody } from './request-template.js'

/** What of a recipe, and of the limits of a part, is worth telling a person. */
export function describeRecipe(settings: Settings) {
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
    body: JSON.stringify({ ...describeRecipe(settings), encoding, request: JSON.parse(body) }),
  }
}

/** With what a part was asked, as reading its answers needs it. */
export async function recipeOfPart(db: Db, partId: number): Promise<{ model: string; profile: ProfileName }> {
  const { model, profile } = await getRecipeOfPart(db, partId)
  return { model, profile: profile as ProfileName }
}
