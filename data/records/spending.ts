import { sql } from 'kysely'
import type { Db } from '../database.js'

/**
 * What was committed since an instant, in nano-dollars: of batches that were sent since then, what their answers were
 * charged and, as long as one is not collected, what it was expected to cost if that is more. So it stays with one that
 * was at the provider and that a person gave up: it is paid for, as far as anyone knows. What was rejected before it ran
 * costs nothing.
 *
 * @param isLocal  whether those of the local server, which bills nobody, or the others.
 */
export async function sumCommitted(db: Db, since: Date, isLocal: boolean): Promise<number> {
  const { rows } = await sql<{ committed: number }>`
    select coalesce(sum(iif(is_over, charged, max(charged, expected))), 0) as committed
    from (
      select
        batches.state = 'collected'
          or (batches.state = 'rejected' and (provider_batch_id is null or status = 'failed')) as is_over,
        coalesce(batches.estimated_cost_nano_usd, 0) as expected,
        coalesce(sums.cost_nano_usd, 0) as charged
      from batches
        left join (select batch_id, sum(cost_nano_usd) as cost_nano_usd from charge_sums group by batch_id) as sums
          on sums.batch_id = batches.id
        join accounts on accounts.id = batches.account_id
      where coalesce(batches.create_sent_at, batches.intended_at) >= ${since.toISOString()}
        and (accounts.base_url = 'local') = ${isLocal ? 1 : 0}
    )
  `.execute(db)
  return rows[0]!.committed
}
