import type { Run } from '../data/records/runs.js'
import type { Step } from '../data/records/steps.js'
import type { Listing } from './listing.js'
import { formatDuration } from './numbers.js'

export type RunWithSteps = Run & { steps: Step[] }

export const runListing: Listing<RunWithSteps> = {
  columns: [
    { title: 'run', align: 'right' },
    { title: 'state' },
    { title: 'started' },
    { title: 'took', align: 'right' },
    { title: 'made' },
    { title: 'why it ended so' },
  ],
  cells: (run) => [
    String(run.id),
    run.state,
    run.started_at,
    run.finished_at ? formatDuration(Date.parse(run.finished_at) - Date.parse(run.started_at)) : '',
    [...new Set(run.steps.filter(({ state }) => state === 'done').map(({ asset_key }) => asset_key))].join(
      ', ',
    ) || '(everything was up to date)',
    run.error ?? run.steps.findLast(({ state }) => state === run.state && state !== 'done')?.because ?? '',
  ],
  json: ({ id: run, selection, trigger, state, started_at, finished_at, error_code, error, steps }) => ({
    run,
    selection: selection.split(','),
    trigger,
    state,
    started_at,
    finished_at,
    error_code,
    error,
    steps: steps.map((step) => ({
      asset: step.asset_key,
      round: step.round,
      state: step.state,
      because: step.because,
      waiting_until: step.waiting_until,
      started_at: step.started_at,
      finished_at: step.finished_at,
    })),
  }),
  empty: 'No runs yet. Start one with: hemline materialize --images FOLDER',
}
