import { fashionGraph } from '../../assets/list.js'
import type { Db } from '../../data/database.js'
import { listMaterializations } from '../../data/records/materializations.js'
import { listObservations } from '../../data/records/observations.js'
import { listSteps } from '../../data/records/steps.js'
import type { AssetDetail, HistoryRow } from '../../reports/dashboard-wire.js'
import { explainAsset } from '../load-status.js'

const HISTORY_ROWS = 100
const STEPS = 20

/** Why an asset is as it is, and what it was before, newest first. */
export async function loadAsset(db: Db, key: string): Promise<AssetDetail> {
  const { roots, decision } = await explainAsset(db, key)
  const steps = await listSteps(db, key, STEPS)
  return {
    root_causes: roots,
    decision: decision ?? null,
    history: await loadHistory(db, key),
    steps: steps.map(({ run_id: run, state, because, started_at, finished_at }) => ({
      ...{ run, state, because, started_at, finished_at },
    })),
  }
}

async function loadHistory(db: Db, key: string): Promise<HistoryRow[]> {
  if (fashionGraph.get(key).kind === 'source') {
    const looks = await listObservations(db, key, HISTORY_ROWS)
    return looks.map((look) => {
      const metadata = JSON.parse(look.metadata) as Record<string, unknown>
      const change = typeof metadata['change'] === 'string' ? metadata['change'] : ''
      return {
        at: look.first_observed_at,
        run: null,
        because: change || 'looked at for the first time',
        data_version: look.data_version,
        metadata,
      }
    })
  }
  const made = await listMaterializations(db, key, HISTORY_ROWS)
  return made.map((row) => ({
    at: row.materialized_at,
    run: row.run_id,
    because: row.because,
    data_version: row.data_version,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
  }))
}
