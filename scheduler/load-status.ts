import { fashionGraph } from '../assets/list.js'
import type { Db } from '../data/database.js'
import { loadPending, loadRecords } from '../pipeline/engine/records.js'
import { type RootCause, findRootCauses } from '../pipeline/engine/root-cause.js'
import { select } from '../pipeline/engine/selection.js'
import { explain } from '../pipeline/engine/staleness.js'
import { listTicks } from '../data/records/ticks.js'
import type { LastDecision, StatusRow } from '../reports/status-table.js'
import type { TickDecision } from '../reports/tick-listing.js'

/** The state of every asset and source, in the graph's order, as it is on record: nothing is looked at anew. */
export async function loadStatus(db: Db): Promise<StatusRow[]> {
  const records = await loadRecords(db)
  const pending = await loadPending(fashionGraph, db)
  return fashionGraph.nodes.map(({ key, kind }) => ({
    ...explain(fashionGraph, key, records, pending),
    kind,
    recorded: records.get(key),
  }))
}

/** The key that was typed. @throws HemlineError `unknown_asset` with the nearest one. */
export function keyNamed(typed: string): string {
  return fashionGraph.has(typed) ? typed : select(fashionGraph, [typed])[0]!
}

/** The state of one asset or source, and where its causes began. */
export async function explainAsset(
  db: Db,
  key: string,
): Promise<{
  describe: string
  row: StatusRow
  roots: RootCause[]
  decision: LastDecision | undefined
}> {
  const row = (await loadStatus(db)).find((each) => each.key === key)!
  const roots = await findRootCauses(db, fashionGraph, key, row.status)
  return { describe: fashionGraph.get(key).describe, row, roots, decision: await lastDecision(db, key) }
}

async function lastDecision(db: Db, key: string): Promise<LastDecision | undefined> {
  const [tick] = await listTicks(db, { beforeId: Number.MAX_SAFE_INTEGER, limit: 1 })
  if (!tick) return undefined
  const decisions = JSON.parse(tick.decisions) as TickDecision[]
  const decision = decisions.find(({ asset }) => asset === key)
  return decision && { ...decision, last_at: tick.last_at }
}
