import { type ExpressionBuilder } from 'kysely'
import type { Db } from '../database.js'
import type { Schema } from '../schema.js'

export type ChargeSum = {
  requests: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  cost_nano_usd: number
}

/** The sum of all charges; zeros when there are none. */
export function sumCharges(db: Db): Promise<ChargeSum> {
  return db.selectFrom('charges').select(sums).executeTakeFirstOrThrow()
}

/** What the answers of one batch were charged; zeros when there are none. */
export function sumChargesOfBatch(db: Db, batchId: number): Promise<ChargeSum> {
  return db.selectFrom('charges').where('batch_id', '=', batchId).select(sums).executeTakeFirstOrThrow()
}

/** What the requests of one recipe were charged so far; zeros when there are none. */
export function sumChargesOfRecipe(db: Db, recipeId: number): Promise<ChargeSum> {
  return db
    .selectFrom('charges')
    .innerJoin('requests', 'requests.id', 'charges.request_id')
    .where('requests.recipe_id', '=', recipeId)
    .select(sums)
    .executeTakeFirstOrThrow()
}

/** What one model was charged for. */
export type ModelCharges = ChargeSum & { model: string; reasoning_tokens: number }

/** The highest id of a charge; 0 when there are none. Charges are never changed, and their ids ascend. */
export async function findLastChargeId(db: Db): Promise<number> {
  const row = await db
    .selectFrom('charges')
    .select((eb) => eb.fn.max<number | null>('id').as('id'))
    .executeTakeFirstOrThrow()
  return row.id ?? 0
}

/** The charges with ids above one, up to and with another, by model. */
export function sumChargesByModel(db: Db, ids: { above: number; upTo: number }): Promise<ModelCharges[]> {
  return db
    .selectFrom('charges')
    .where('charges.id', '>', ids.above)
    .where('charges.id', '<=', ids.upTo)
    .select('charges.model')
    .select(sums)
    .select((eb) => eb.fn.sum<number>('charges.reasoning_tokens').as('reasoning_tokens'))
    .groupBy('charges.model')
    .execute()
}

function sums<T extends keyof Schema>(eb: ExpressionBuilder<Schema, T | 'charges'>) {
  const { fn, lit } = eb as unknown as ExpressionBuilder<Schema, 'charges'>
  return [
    fn.countAll<number>().as('requests'),
    fn.coalesce(fn.sum<number>('charges.input_tokens'), lit(0)).as('input_tokens'),
    fn.coalesce(fn.sum<number>('charges.cached_tokens'), lit(0)).as('cached_tokens'),
    fn.coalesce(fn.sum<number>('charges.output_tokens'), lit(0)).as('output_tokens'),
    fn.coalesce(fn.sum<number>('charges.cost_nano_usd'), lit(0)).as('cost_nano_usd'),
  ] as const
}
