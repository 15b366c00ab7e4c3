import type { Db } from '../../data/database.js'
import { findLatestMaterializations } from '../../data/records/materializations.js'
import { findLatestObservations } from '../../data/records/observations.js'
import { type Step, findLatestSteps } from '../../data/records/steps.js'
import type { Asset, Metadata } from './asset.js'
import type { Graph } from './graph.js'
import type { Recorded } from './staleness.js'

/** The latest record of every asset and source that has one. */
export async function loadRecords(db: Db): Promise<Map<string, Recorded>> {
  const records = new Map<string, Recorded>()
  for (const [key, row] of await findLatestObservations(db)) {
    records.set(key, {
      dataVersion: row.data_version,
      metadata: JSON.parse(row.metadata) as Metadata,
      at: row.observed_at,
      ...(row.previous_version === null ? {} : { previousVersion: row.previous_version }),
    })
  }
  const steps = await findLatestSteps(db)
  for (const [key, row] of await findLatestMaterializations(db)) {
    const unfinished = unfinishedBecause(steps.get(key))
    records.set(key, {
      dataVersion: row.data_version,
      metadata: JSON.parse(row.metadata) as Metadata,
      at: row.materialized_at,
      codeVersion: row.code_version,
      inputVersions: JSON.parse(row.input_versions) as Record<string, string>,
      ...(unfinished === undefined ? {} : { unfinished }),
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

/** Why an asset's latest step left nothing behind, as a sentence; undefined when it did, or when there is none. */
export function unfinishedBecause(step: Pick<Step, 'state' | 'because'> | undefined): string | undefined {
  switch (step?.state) {
    case undefined:
    case 'done':
      return undefined
    case 'running':
      return 'a step of it began and has not ended'
    case 'waiting':
      return `it waits: ${step.because}`
    case 'held':
      return `it is held: ${step.because}`
    case 'failed':
      return `it failed: ${step.because}`
    case 'interrupted':
      return `its last step did not end: ${step.because}`
  }
}
