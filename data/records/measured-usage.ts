import { sql } from 'kysely'
import type { Db } from '../database.js'
import type { Lane } from '../schema/batch-tables.js'

/**
 * What charged requests of one recipe tell about the next ones: sums over them, and of their products, in tokens or nano-dollars
 * at the standard prices. All zero when there are none.
 */
export type MeasuredUsage = {
  /** Charges whose request had an estimate. */
  answers: number
  inputTokens: number
  estimatedInputTokens: number
  outputTokens: number
  /** Of `actual`, what an answer cost, and `expected`, what was expected of it: sums, and sums of products. */
  actual: number
  expected: number
  actualSquared: number
  expectedSquared: number
  actualExpected: number
}

/** Nano-dollars per token. */
export type TokenPrices = { input: number; cachedInput: number; output: number }

/**
 * Measures what the answers of a recipe used.
 *
 * @param outputTokens  that were expected of each answer.
 */
export async function measureUsage(
  db: Db,
  recipeDigest: string,
  prices: TokenPrices,
  outputTokens: number,
): Promise<MeasuredUsage> {
  const { rows } = await sql<MeasuredUsage>`
    select count(*) as answers,
      coalesce(sum(input_tokens), 0) as inputTokens,
      coalesce(sum(estimated_input_tokens), 0) as estimatedInputTokens,
      coalesce(sum(output_tokens), 0) as outputTokens,
      total(actual) as actual, total(expected) as expected, total(actual * actual) as actualSquared,
      total(expected * expected) as expectedSquared, total(actual * expected) as actualExpected
    from (
      select input_tokens, estimated_input_tokens, output_tokens,
        (input_tokens - cached_tokens) * ${prices.input} + cached_tokens * ${prices.cachedInput}
          + output_tokens * ${prices.output} as actual,
        estimated_input_tokens * ${prices.input} + ${outputTokens * prices.output} as expected
      from recipes
        join requests on requests.recipe_id = recipes.id
        join charges on charges.request_id = requests.id
      where recipes.digest = ${recipeDigest} and estimated_input_tokens is not null
    )
  `.execute(db)
  return rows[0]!
}

/** What requests were charged in a lane, and for how many tokens; cached ones are part of the input. */
export type LaneCharges = {
  lane: Lane
  /** Different ones: what was charged again, because an answer could not be used, is a part of what one costs. */
  requests: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  cost_nano_usd: number
}

/** What the requests of a recipe were charged in each lane that it was asked in. */
export async function sumChargesByLane(db: Db, recipeDigest: string): Promise<LaneCharges[]> {
  return db
    .selectFrom('charges')
    .innerJoin('batches', 'batches.id', 'charges.batch_id')
    .innerJoin('requests', 'requests.id', 'charges.request_id')
    .innerJoin('recipes', 'recipes.id', 'requests.recipe_id')
    .where('recipes.digest', '=', recipeDigest)
    .select(({ fn }) => [
      'batches.lane',
      fn.count<number>('charges.request_id').distinct().as('requests'),
      fn.sum<number>('charges.input_tokens').as('input_tokens'),
      fn.sum<number>('charges.cached_tokens').as('cached_tokens'),
      fn.sum<number>('charges.output_tokens').as('output_tokens'),
      fn.sum<number>('charges.cost_nano_usd').as('cost_nano_usd'),
    ])
    .groupBy('batches.lane')
    .execute()
}

/**
 * How long the last batches took from their creation to their end, in ms; empty when none has ended.
 *
 * @param isLocal  whether those of the local server, which takes seconds where others take hours, or the others.
 */
export async function findBatchDurations(db: Db, isLocal: boolean, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('batches')
    .innerJoin('accounts', 'accounts.id', 'batches.account_id')
    .select(['batches.created_at', 'ended_at'])
    .where('base_url', isLocal ? '=' : '!=', 'local')
    .where('state', '=', 'collected')
    .where('lane', '=', 'batch')
    .where('batches.created_at', 'is not', null)
    .where('ended_at', 'is not', null)
    .orderBy('batches.id', 'desc')
    .limit(limit)
    .$narrowType<{ created_at: string; ended_at: string }>()
    .execute()
  return rows.map(({ created_at: from, ended_at: to }) => Math.max(0, Date.parse(to) - Date.parse(from)))
}
