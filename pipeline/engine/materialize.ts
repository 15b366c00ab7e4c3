import { recordObservation } from '../../data/records/observations.js'
import { moveRun } from '../../data/records/runs.js'
import type { RunState } from '../../data/schema.js'
import { isExpected } from '../errors.js'
import type { Asset, Source } from './asset.js'
import { reach } from './graph.js'
import type { MaterializeOptions } from './materialize-options.js'
import { openRun } from './open-run.js'
import { loadPending, loadRecords } from './records.js'
import { Round, type StepResult } from './round.js'
import { select } from './selection.js'
import { because, statusOf } from './staleness.js'

export type RunResult = {
  runId: number
  state: Exclude<RunState, 'running'>
  /** How the selected assets ended that were not fresh, in the graph's order. */
  steps: StepResult[]
  /** The failure that ended the run. */
  error?: unknown
}

/**
 * Brings the selected assets up to date, and only what is not: looks at every source above them, then makes what is
 * missing or stale, inputs first. When that leaves something stale again (rows worth another try), it goes round again,
 * until nothing is stale or nothing changes any more.
 *
 * The caller holds the executor's lease. May be killed at any point; the next run goes on from what is on record.
 *
 * @throws HemlineError `unknown_asset` or `bad_selection`; every other failure is in the result and on record.
 */
export async function materialize<R>(options: MaterializeOptions<R>): Promise<RunResult> {
  const { graph, clock, onEvent } = options
  const { db } = options.resources
  const keys = select(graph, options.selection)
  const wanted = { selection: keys, trigger: options.trigger }
  const { runId, round } = await openRun(db, wanted, clock.now(), onEvent)
  let result: RunResult
  try {
    await observeSources(keys, options)
    result = await goRound(runId, round, keys, options)
  } catch (error) {
    const state = options.signal.aborted ? 'interrupted' : 'failed'
    result = { runId, state, steps: [], error }
  }
  await moveRun(db, runId, ['running'], result.state, clock.now(), failureOf(result.error))
  onEvent({ kind: 'run.finished', run: runId, state: result.state })
  return result
}

async function observeSources<R>(keys: string[], options: MaterializeOptions<R>): Promise<void> {
  const { graph, resources, clock, signal, onEvent } = options
  const above = reach(keys, graph.inputsOf)
  const sources = graph.nodes.filter(
    (node): node is Source<R> => node.kind === 'source' && above.has(node.key),
  )
  for (const source of sources) {
    const { dataVersion, metadata } = await source.observe({ ...resources, clock, signal })
    const observed = { sourceKey: source.key, dataVersion, metadata: JSON.stringify(metadata) }
    const isNew = await recordObservation(resources.db, observed, clock.now())
    onEvent({
      kind: 'source.observed',
      asset: source.key,
      isNew,
      metadata: metadata as Record<string, unknown>,
    })
  }
}

async function goRound<R>(
  runId: number,
  first: number,
  keys: string[],
  options: MaterializeOptions<R>,
): Promise<RunResult> {
  const assets = options.graph.nodes.filter(
    (node): node is Asset<R> => node.kind === 'asset' && keys.includes(node.key),
  )
  const latest = new Map<string, StepResult>()
  for (let number = first; ; number++) {
    const isForced = options.isForced && number === first
    const round = await new Round(runId, number, assets, isForced, options).run()
    for (const step of round.steps) latest.set(step.asset, step)
    const steps = assets.flatMap(({ key }) => latest.get(key) ?? [])
    const failed = round.steps.find(({ state }) => state === 'failed')
    if (round.state !== 'done') return { runId, state: round.state, steps, error: failed?.error }
    if (!(await isStale(assets, round.hasChanged, options))) return { runId, state: 'done', steps }
  }
}

/** Whether another round is worth while: something is stale, and the last round changed something. */
async function isStale<R>(
  assets: Asset<R>[],
  hasChanged: boolean,
  options: MaterializeOptions<R>,
): Promise<boolean> {
  const records = await loadRecords(options.resources.db)
  const pending = await loadPending(options.graph, options.resources.db)
  const stale = assets
    .map((asset) => ({ asset: asset.key, status: statusOf(asset, records, pending.get(asset.key)) }))
    .filter(({ status }) => status.kind !== 'fresh')
  if (hasChanged) return stale.length > 0
  for (const { asset, status } of stale) {
    options.onEvent({ kind: 'asset.unsettled', asset, because: because(status) })
  }
  return false
}

function failureOf(error: unknown): { code: string; message: string } | undefined {
  if (error === undefined) return undefined
  const message = error instanceof Error ? error.message : String(error)
  return { code: isExpected(error) ? error.code : 'unexpected', message }
}
