import type { Db } from '../../data/database.js'
import { findLatestMaterializations } from '../../data/records/materializations.js'
import { findLatestObservations } from '../../data/records/observations.js'
import type { Asset } from './asset.js'
import type { Graph } from './graph.js'
import type { Recorded, Records } from './staleness.js'

/** The latest record of every asset and source that has one. */
export async function loadRecords(db: Db): Promise<Records> {
  const records = new Map<string, Recorded>()
  for (const [key, row] of await findLatestObservations(db)) {
    records.set(key, {
      dataVersion: row.data_version,
      metadata: JSON.parse(row.metadata),
      at: row.observed_at,
    })
  }
  for (const [key, row] of await findLatestMaterializations(db)) {
    records.set(key, {
      dataVersion: row.data_version,
      metadata: JSON.parse(row.metadata),
      at: row.materialized_at,
      codeVersion: row.code_version,
      inputVersions: JSON.parse(row.input_versions),
    })
  }
  return records
}

/** What each of the assets says is left to do, by key; those with nothing left are not in it. */
export async function loadPending<R>(graph: Graph<R>, db: Db): Promise<Map<string, string>> {
  const pending = new Map<string, string>()
  for (const asset of graph.nodes.filter((node): node is Asset<R> => node.kind === 'asset')) {
    const because = await asset.pending?.(db)
    if (because !== undefined) pending.set(asset.key, because)
  }
  return pending
}
