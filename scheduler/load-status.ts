import { fashionGraph } from '../assets/list.js'
import type { Db } from '../data/database.js'
import { loadPending, loadRecords } from '../pipeline/engine/records.js'
import { type RootCause, findRootCauses } from '../pipeline/engine/root-cause.js'
import { select } from '../pipeline/engine/selection.js'
import { explain } from '../pipeline/engine/staleness.js'
import type { StatusRow } from '../reports/status-table.js'

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
): Promise<{ describe: string; row: StatusRow; roots: RootCause[] }> {
  const row = (await loadStatus(db)).find((each) => each.key === key)!
  const roots = await findRootCauses(db, fashionGraph, key, row.status)
  return { describe: fashionGraph.get(key).describe, row, roots }
}
