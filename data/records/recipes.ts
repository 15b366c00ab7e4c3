import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/** How pictures are asked about; two recipes with the same digest are the same. */
export type RecipeRecord = { digest: string; model: string; profile: string; body: string }

/** Finds or inserts a recipe, and returns its id. */
export async function ensureRecipe(db: Db, recipe: RecipeRecord, now: Date): Promise<number> {
  await db
    .insertInto('recipes')
    .values({ ...recipe, created_at: now.toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const row = await db
    .selectFrom('recipes')
    .select('id')
    .where('digest', '=', recipe.digest)
    .executeTakeFirstOrThrow()
  return row.id
}

/** The id of the recipe with this digest; undefined when nothing was ever asked with it. */
export async function findRecipeId(db: Db, digest: string): Promise<number | undefined> {
  const row = await db.selectFrom('recipes').select('id').where('digest', '=', digest).executeTakeFirst()
  return row?.id
}

/** The recipe that a part was built with. */
export function getRecipeOfPart(db: Db, partId: number): Promise<Row<'recipes'>> {
  return db
    .selectFrom('recipes')
    .innerJoin('parts', 'parts.recipe_id', 'recipes.id')
    .selectAll('recipes')
    .where('parts.id', '=', partId)
    .executeTakeFirstOrThrow()
}
