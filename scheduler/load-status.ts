import { fashionGraph } from '../assets/list.js'
import type { Db } from '../data/database.js'
import { loadPending, loadRecords } from '../pipeline/engine/records.js'
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
