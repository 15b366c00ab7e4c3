import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database.js'
import type { ChargeSumsView } from '../schema/batch-tables.js'
import { NOTHING_CHARGED, chargedTokens } from './charges.js'
import type { LedgerView } from './ledger-views.js'

/** What some charges come to: as the answers reported it, and as it was estimated before they were sent. */
export type LedgerSum = Omit<ChargeSumsView, 'batch_id' | 'model'> & {
  /** Null where one of the charges was not estimated. */
  estimated_cost_nano_usd: number | null
}

/** The charges with one thing in common. */
export type LedgerRow = LedgerSum & {
  /**
   * `method`: profile and lane, as `compact/batch`. `model`: as it answered. `batch`: its id at the provider. `day`: of UTC, on
   * which the batch was sent, as budgets count. `post`: the key of the first post that shows the picture; empty when none
   * does any more.
   */
  key: string
  /** 1 for the local server, which bills nobody. */
  is_local: number
}

/** The charges summed by a view; every charge is in exactly one row. Empty when there are none. */
export async function sumLedger(db: Db, by: LedgerView): Promise<LedgerRow[]> {
  const { rows } = await sql<LedgerRow>`
    select ${by === 'post' ? postKey : keys[by]} as key, accounts.base_url = 'local' as is_local, ${sums}
    from ${by === 'post' ? sql`(${eachCharge})` : sql`charge_sums`} as charged
      join batches on batches.id = charged.batch_id
      join accounts on accounts.id = batches.account_id
      join parts on parts.id = batches.part_id
      join recipes on recipes.id = parts.recipe_id
    group by 1, 2 order by ${orders[by]}
  `.execute(db)
  return rows
}

/** Charges with these things in common; `estimated` as in `LedgerSum`. */
export type LedgerSlice = Pick<
  LedgerSum,
  'requests' | 'input_tokens' | 'output_tokens' | 'cost_nano_usd' | 'estimated_cost_nano_usd'
> & { day: string; model: string; method: string; is_local: number }

/** All charges by day, model, method, and who charged them: every charge is in exactly one slice. */
export async function sliceLedger(db: Db): Promise<LedgerSlice[]> {
  const { rows } = await sql<LedgerSlice>`
    select substr(batches.intended_at, 1, 10) as day, sums.model, recipes.profile || '/' || batches.lane as method,
      accounts.base_url = 'local' as is_local,
      sum(sums.requests) as requests, sum(sums.input_tokens) as input_tokens, sum(sums.output_tokens) as output_tokens,
      sum(sums.cost_nano_usd) as cost_nano_usd,
      iif(count(*) = count(batches.estimated_cost_nano_usd),
        sum(sums.requests * (batches.estimated_cost_nano_usd / parts.requests)), null) as estimated_cost_nano_usd
    from charge_sums as sums
      join batches on batches.id = sums.batch_id
      join accounts on accounts.id = batches.account_id
      join parts on parts.id = batches.part_id
      join recipes on recipes.id = parts.recipe_id
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
  `.execute(db)
  return rows
}

// What a batch is expected to cost is what one of its requests is, times how many it holds: so the division is exact.
const sums = sql`
  sum(charged.requests) as requests,
  sum(charged.input_tokens) as input_tokens,
  sum(charged.cached_tokens) as cached_tokens,
  sum(charged.output_tokens) as output_tokens,
  sum(charged.reasoning_tokens) as reasoning_tokens,
  sum(charged.cost_nano_usd) as cost_nano_usd,
  iif(count(*) = count(charged.estimated_input_tokens), sum(charged.estimated_input_tokens), null) as estimated_input_tokens,
  iif(count(*) = count(charged.estimated_image_tokens), sum(charged.estimated_image_tokens), null) as estimated_image_tokens,
  iif(count(*) = count(batches.estimated_cost_nano_usd),
    sum(charged.requests * (batches.estimated_cost_nano_usd / parts.requests)), null) as estimated_cost_nano_usd`

const keys = {
  method: sql`recipes.profile || '/' || batches.lane`,
  model: sql`charged.model`,
  batch: sql`batches.provider_batch_id`,
  day: sql`substr(batches.intended_at, 1, 10)`,
}

const orders: Record<LedgerView, RawBuilder<unknown>> = {
  method: sql`cost_nano_usd desc, key`,
  model: sql`cost_nano_usd desc, key`,
  batch: sql`min(batches.id)`,
  day: sql`key`,
  post: sql`cost_nano_usd desc, key`,
}

// Only posts take a look at every charge.
const eachCharge = sql`
  select charges.*, 1 as requests, estimated_input_tokens, image_tokens as estimated_image_tokens
  from charges join requests on requests.id = charges.request_id`

const postKey = sql`coalesce((
  select posts.key from images join posts on posts.id = images.post_id
  where images.request_id = charged.request_id order by images.id limit 1
), '')`

/** Answers that serve more pictures than the one that was asked about: how many pictures, and what asking would have cost. */
export type Reuse = { images: number; worth_nano_usd: number }

export async function sumReuse(db: Db): Promise<Reuse> {
  const { rows } = await sql<Reuse>`
    select coalesce(sum(shared.images - 1), 0) as images,
      coalesce(sum((shared.images - 1) * (
        select max(cost_nano_usd) from charges where charges.request_id = shared.request_id
      )), 0) as worth_nano_usd
    from (
      select request_id, count(*) as images from images
      where request_id is not null and state = 'usable' group by request_id having count(*) > 1
    ) as shared
    join answers on answers.request_id = shared.request_id
  `.execute(db)
  return rows[0]!
}

/** A collected batch for which the provider gives a sum of its own, and what its answers were charged for; both JSON. */
export type CheckedBatch = { batch: string; usage: string; charged: string }

/** Batches whose charges can be held against the provider's own sum, oldest first; and how many can not be. */
export async function findCheckedBatches(db: Db): Promise<{ checked: CheckedBatch[]; unchecked: number }> {
  const { rows } = await sql<CheckedBatch & { usage: string | null }>`
    select provider_batch_id as batch, usage, coalesce(sums.charged, ${NOTHING_CHARGED}) as charged
    from batches left join ${chargedTokens} as sums on sums.batch_id = batches.id
    where state = 'collected' and lane = 'batch' order by id
  `.execute(db)
  const checked = rows.filter((row): row is CheckedBatch => row.usage !== null)
  return { checked, unchecked: rows.length - checked.length }
}

/** How many calls were in the air, one by one, when a process ended: they may have been charged, to nobody. */
export async function countLostCalls(db: Db): Promise<number> {
  const row = await db
    .selectFrom('batches')
    .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('lost_calls'), eb.lit(0)).as('calls'))
    .executeTakeFirstOrThrow()
  return row.calls
}
