import { type ExpressionBuilder, type SqlBool, sql } from 'kysely'
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
  return db.selectFrom('charge_sums').select(sums).executeTakeFirstOrThrow()
}

/** What the answers of one batch were charged; zeros when there are none. */
export function sumChargesOfBatch(db: Db, batchId: number): Promise<ChargeSum> {
  return db.selectFrom('charge_sums').where('batch_id', '=', batchId).select(sums).executeTakeFirstOrThrow()
}

/** What requests were charged, and for which input where it had been estimated before, beside that estimate. */
export type MeasuredCharges = ChargeSum & { measured_input_tokens: number; estimated_input_tokens: number }

/** What the requests of one recipe were charged so far; zeros when there are none. */
export function sumChargesOfRecipe(db: Db, recipeId: number): Promise<MeasuredCharges> {
  const isEstimated = sql<SqlBool>`charge_sums.estimated_input_tokens is not null`
  return db
    .selectFrom('charge_sums')
    .innerJoin('batches', 'batches.id', 'charge_sums.batch_id')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .where('parts.recipe_id', '=', recipeId)
    .select(sums)
    .select(({ fn, lit }) => [
      fn
        .coalesce(fn.sum<number>('charge_sums.input_tokens').filterWhere(isEstimated), lit(0))
        .as('measured_input_tokens'),
      fn.coalesce(fn.sum<number>('charge_sums.estimated_input_tokens'), lit(0)).as('estimated_input_tokens'),
    ])
    .executeTakeFirstOrThrow()
}

/** What one model was charged for. */
export type ModelCharges = ChargeSum & { model: string; reasoning_tokens: number }

/** All charges by the model that answered. */
export function sumChargesByModel(db: Db): Promise<ModelCharges[]> {
  return db
    .selectFrom('charge_sums')
    .select('charge_sums.model')
    .select(sums)
    .select((eb) => eb.fn.sum<number>('charge_sums.reasoning_tokens').as('reasoning_tokens'))
    .groupBy('charge_sums.model')
    .execute()
}

/** What each batch was charged in tokens, as JSON with the names of `usage`; batches without a charge are not in it. */
export const chargedTokens = sql<{ batch_id: number; charged: string }>`(
  select batch_id, json_object('inputTokens', sum(input_tokens), 'cachedTokens', sum(cached_tokens),
    'outputTokens', sum(output_tokens)) as charged
  from charge_sums group by batch_id
)`

export const NOTHING_CHARGED = '{"inputTokens":0,"cachedTokens":0,"outputTokens":0}'

/** Keeps what a batch was charged, now that nothing will be added to it. */
export async function keepChargeSums(trx: Db, batchId: number): Promise<void> {
  await sql`
    insert into collected_charges select * from charges_by_batch where batch_id = ${batchId}
  `.execute(trx)
}

function sums<T extends keyof Schema>(eb: ExpressionBuilder<Schema, T | 'charge_sums'>) {
  const { fn, lit } = eb as unknown as ExpressionBuilder<Schema, 'charge_sums'>
  return [
    fn.coalesce(fn.sum<number>('charge_sums.requests'), lit(0)).as('requests'),
    fn.coalesce(fn.sum<number>('charge_sums.input_tokens'), lit(0)).as('input_tokens'),
    fn.coalesce(fn.sum<number>('charge_sums.cached_tokens'), lit(0)).as('cached_tokens'),
    fn.coalesce(fn.sum<number>('charge_sums.output_tokens'), lit(0)).as('output_tokens'),
    fn.coalesce(fn.sum<number>('charge_sums.cost_nano_usd'), lit(0)).as('cost_nano_usd'),
  ] as const
}

/** What the answers of each of these batches were charged in all, by batch; those without a charge are not in it. */
export async function sumCostsOfBatches(db: Db, batchIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('charge_sums')
    .select((eb) => ['batch_id', eb.fn.sum<number>('cost_nano_usd').as('cost')])
    .where('batch_id', 'in', batchIds)
    .groupBy('batch_id')
    .execute()
  return new Map(rows.map(({ batch_id, cost }) => [batch_id, cost]))
}
