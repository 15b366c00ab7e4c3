import { fashionGraph } from '../../assets/list.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { countSearchable } from '../../data/records/post-search.js'
import { findRuns } from '../../data/records/runs.js'
import { countLiveBatches, countStates } from '../../data/records/state-counts.js'
import { findLatestSteps } from '../../data/records/steps.js'
import type { AssetRow, Overview } from '../../reports/dashboard-wire.js'
import { statusJson } from '../../reports/status-table.js'
import { summarizeStep } from '../../reports/step-summary.js'
import { readConfig } from '../home-config.js'
import { loadStatus } from '../load-status.js'
import { packageVersion } from '../package-version.js'
import { readHealthFile } from '../watch/health-file.js'

/** Everything that stands on each view, as it is on record. */
export async function loadOverview(db: Db, home: Home, now: Date): Promise<Overview> {
  const daemon = await readHealthFile(home, now)
  // A config that cannot be used is told by whoever works by it.
  const config = await readConfig(home).catch(() => undefined)
  return {
    home: home.root,
    version: packageVersion(),
    provider: config?.settings.provider ?? null,
    assets: await loadAssets(db),
    counts: await countStates(db),
    live: await countLiveBatches(db),
    daemon: daemon ? pick(daemon) : null,
    run: await loadRun(db),
    search: await countSearchable(db),
  }
}

async function loadAssets(db: Db): Promise<AssetRow[]> {
  const steps = await findLatestSteps(db)
  return (await loadStatus(db)).map((row): AssetRow => {
    const step = steps.get(row.key)
    return {
      ...(statusJson(row) as Pick<
        AssetRow,
        'asset' | 'kind' | 'status' | 'causes' | 'behind' | 'last_at' | 'metadata'
      >),
      describe: fashionGraph.get(row.key).describe,
      needs: [...fashionGraph.inputsOf(row.key)],
      holds: row.recorded ? summarizeStep(row.key, row.recorded.metadata) : '',
      step:
        step === undefined || step.state === 'done'
          ? null
          : {
              run: step.run_id,
              state: step.state,
              because: step.because,
              waiting_until: step.waiting_until,
            },
    }
  })
}

async function loadRun(db: Db): Promise<Overview['run']> {
  const open = await findRuns(db, ['running', 'waiting', 'queued'])
  const run = open.find(({ state }) => state === 'running') ?? open.at(-1)
  if (!run) return null
  const { id, state, trigger, selection, started_at } = run
  return { run: id, state, trigger, selection, started_at }
}

function pick({ status, pid, host, last_tick }: NonNullable<Overview['daemon']>): Overview['daemon'] {
  return { status, pid, host, last_tick: last_tick && { at: last_tick.at } }
}
