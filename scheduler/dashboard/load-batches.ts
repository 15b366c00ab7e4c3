import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { listBatches } from '../../data/records/batches.js'
import { sumCostsOfBatches } from '../../data/records/charges.js'
import { countFailureReasons } from '../../data/records/failures.js'
import { batchListing } from '../../reports/batch-listing.js'
import type { BatchRow } from '../../reports/dashboard-wire.js'

/** Batches, newest first, with what each cost and why requests of it failed. */
export async function loadBatches(
  db: Db,
  home: Home,
  page: { beforeId: number; limit: number },
  now: Date,
): Promise<BatchRow[]> {
  const batches = await listBatches(db, page)
  const ids = batches.map(({ id }) => id)
  const reasons = await countFailureReasons(db, ids)
  const costs = await sumCostsOfBatches(db, ids)
  const listing = batchListing(now, home.root)
  return batches.map((batch) => ({
    ...(listing.json(batch) as BatchRow),
    id: batch.id,
    lane: batch.lane,
    create_sent_at: batch.create_sent_at,
    ended_at: batch.ended_at,
    estimated_cost_nano_usd: batch.estimated_cost_nano_usd,
    cost_nano_usd: costs.get(batch.id) ?? 0,
    errors: reasons
      .filter(({ batch_id }) => batch_id === batch.id)
      .map(({ code, message, requests }) => ({ code, message, requests })),
  }))
}
