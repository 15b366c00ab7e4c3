import { sql } from 'kysely'
import type { Db } from '../database.js'

/** By what the charges can be summed. */
export const ledgerViews = ['method', 'model', 'batch', 'day', 'post'] as const
export type LedgerView = (typeof ledgerViews)[number]

/** What some charges come to: as the answers reported it, and as it was estimated before they were sent. */
export type LedgerSum = {
  /** How many requests were charged. */
  requests: number
  input_tokens: number
  cached_tokens: number
  output_tokens: number
  reasoning_tokens: number
  cost_nano_usd: number
  /** Null where one of the charges was not estimated. Tokens of pictures are a part of those of the input. */
  estimated_input_tokens: number | null
  estimated_image_tokens: number | null
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
  const { key, order } = views[by]
  const { rows } = await sql<LedgerRow>`
    select ${key} as key, accounts.base_url = 'local' as is_local, ${sums}
    from charges
      join batches on batches.id = charges.batch_id
      join accounts on accounts.id = batches.account_id
      join parts on parts.id = batches.part_id
      join recipes on recipes.id = parts.recipe_id
      join requests on requests.id = charges.request_id
    group by 1, 2 order by ${order}
  `.execute(db)
  return rows
}

// What a batch is expected to cost is what one of its requests is, times how many it holds: so the division is exact.
const sums = sql`
  count(*) as requests,
  sum(charges.input_tokens) as input_tokens,
  sum(charges.cached_tokens) as cached_tokens,
  sum(charges.output_tokens) as output_tokens,
  sum(charges.reasoning_tokens) as reasoning_tokens,
  sum(charges.cost_nano_usd) as cost_nano_usd,
  iif(count(*) = count(requests.estimated_input_tokens), sum(requests.estimated_input_tokens), null) as estimated_input_tokens,
  iif(count(*) = count(requests.image_tokens), sum(requests.image_tokens), null) as estimated_image_tokens,
  iif(count(*) = count(batches.estimated_cost_nano_usd), sum(batches.estimated_cost_nano_usd / parts.requests), null)
    as estimated_cost_nano_usd`

const views = {
  method: { key: sql`recipes.profile || '/' || batches.lane`, order: sql`cost_nano_usd desc, key` },
  model: { key: sql`charges.model`, order: sql`cost_nano_usd desc, key` },
  batch: { key: sql`batches.provider_batch_id`, order: sql`min(batches.id)` },
  day: { key: sql`substr(batches.intended_at, 1, 10)`, order: sql`key` },
  post: {
    key: sql`coalesce((
      select posts.key from images join posts on posts.id = images.post_id
      where images.request_id = charges.request_id order by images.id limit 1
    ), '')`,
    order: sql`cost_nano_usd desc, key`,
  },
} satisfies Record<LedgerView, object>

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
    select provider_batch_id as batch, usage, (
      select json_object('inputTokens', coalesce(sum(input_tokens), 0), 'cachedTokens', coalesce(sum(cached_tokens), 0),
        'outputTokens', coalesce(sum(output_tokens), 0))
      from charges where charges.batch_id = batches.id
    ) as charged
    from batches where state = 'collected' and lane = 'batch' order by id
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
