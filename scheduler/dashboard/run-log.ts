import type { Db } from '../../data/database.js'
import { findBatchesBetween } from '../../data/records/batches.js'
import { findRun } from '../../data/records/runs.js'
import { findSteps } from '../../data/records/steps.js'
import type { LogLine } from '../../reports/dashboard-wire.js'
import { formatCountOf } from '../../reports/numbers.js'

/** What a run did, as the records tell it, oldest first; undefined when there is no such run. */
export async function loadRunLog(db: Db, runId: number, now: Date): Promise<LogLine[] | undefined> {
  const run = await findRun(db, runId)
  if (!run) return undefined
  const to = run.finished_at ?? now.toISOString()
  const lines: LogLine[] = []
  for (const step of await findSteps(db, runId)) {
    const { asset_key: asset, state, because, hint } = step
    const detail = [because, hint].filter((text) => text !== null).join(' ')
    lines.push({ at: step.started_at, kind: 'step', text: `${asset} begins`, detail: '' })
    if (step.finished_at === null)
      lines.push({ at: step.started_at, kind: 'step', text: `${asset} ${state}`, detail })
    else
      lines.push({
        at: step.finished_at,
        kind: state === 'done' ? 'made' : 'failure',
        text: `${asset} ${state}`,
        detail,
      })
  }
  for (const batch of await findBatchesBetween(db, run.started_at, to)) {
    const name = batch.provider_batch_id ?? `of part ${batch.part_id}`
    // The provider counts whole seconds, by a clock of its own.
    const isBefore = batch.created_at !== null && batch.created_at < batch.intended_at
    const thereAt = isBefore ? batch.intended_at : batch.created_at
    const told: [string | null, string, string][] = [
      [batch.intended_at, 'is about to be sent', ''],
      [thereAt, 'is at the provider', formatCountOf(batch.requests_total, 'request')],
      [batch.ended_at, `ended: ${batch.status ?? batch.state}`, batch.because ?? ''],
      [batch.collected_at, 'is collected', tallyInWords(batch.tally)],
    ]
    for (const [at, what, detail] of told) {
      if (at === null || at < run.started_at || at > to) continue
      lines.push({ at, kind: 'batch', text: `batch ${name} ${what}`, detail })
    }
  }
  // In the order of their instants; what has the same one stays as it is.
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

function tallyInWords(tally: string | null): string {
  if (tally === null) return ''
  return Object.entries(JSON.parse(tally) as Record<string, number>)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ')
}
