import type { Catalogue } from '../../data/catalogue/catalogue.js'
import type { Db } from '../../data/database.js'
import { getPart } from '../../data/records/parts.js'
import { countFailedRequests } from '../../data/records/retries.js'
import type { Lane } from '../../data/schema/batch-tables.js'
import { expectedCost } from './expected-cost.js'

/** What failed for good, why, and what asking it again is expected to cost. */
export type ExpectedRetry = {
  requests: number
  /** The most frequent first. */
  reasons: { reason: string; requests: number }[]
  costNanoUsd: number
}

/** @param reason  only requests that failed for this one. */
export async function expectedRetry(
  db: Db,
  { reason, lane }: { reason: string | undefined; lane: Lane },
  catalogue: Catalogue,
): Promise<ExpectedRetry> {
  const failed = await countFailedRequests(db, reason)
  const reasons = new Map<string, number>()
  let costNanoUsd = 0
  for (const { part_id: partId, reason: why, requests } of failed) {
    reasons.set(why, (reasons.get(why) ?? 0) + requests)
    const expected = await expectedCost(db, { part: await getPart(db, partId), requests, lane }, catalogue)
    costNanoUsd += expected.costNanoUsd
  }
  return {
    requests: failed.reduce((sum, { requests }) => sum + requests, 0),
    reasons: [...reasons]
      .map(([why, requests]) => ({ reason: why, requests }))
      .sort((a, b) => b.requests - a.requests),
    costNanoUsd,
  }
}
