import { requeueRuns } from '../../data/records/runs.js'
import { HemlineError, isExpected } from '../errors.js'
import type { MaterializeOptions } from './materialize-options.js'
import { observeSources } from './observe-sources.js'
import { loadPending, loadRecords } from './records.js'
import { goRound } from './round.js'
import { closeRun, openRun } from './run-life.js'
import { select } from './selection.js'
import { because, statusOf } from './staleness.js'
import type { CurrentRun, StepResult } from './step.js'

/** Rounds in a row without a wait after which a run gives up on an asset that does not settle. */
const MAX_RESTLESS_ROUNDS = 50

export type RunResult = {
  runId: number
  state: 'done' | 'waiting' | 'held' | 'failed' | 'interrupted'
  /** How the selected assets ended that were not fresh, in the graph's order; also a source that failed. */
  steps: StepResult[]
  /** When the first of what waits is worth another look; only while `waiting`. */
  waitingUntil?: Date
  /** The first failure, or what interrupted the run. */
  error?: unknown
}

/**
 * Brings the selected assets up to date, and only what is not: looks at every source above them, unless that is left out,
 * then makes what is
 * missing or stale, inputs first. When that leaves something stale again (rows worth another try), it goes round again,
 * until nothing is stale or nothing changes any more.
 *
 * The caller holds the executor's lease. May be killed at any point; the next run goes on from what is on record.
 *
 * @throws HemlineError `unknown_asset` or `bad_selection`; every other failure is in the result and on record.
 */
export async function materialize<R>(options: MaterializeOptions<R>): Promise<RunResult> {
  const { graph, clock, signal, trigger, onEvent, isForced } = options
  const { db } = options.resources
  const keys = select(graph, options.selection)
  const { runId, round } = await openRun(
    db,
    { graph, keys, trigger, isForced, runId: options.runId, terms: options.terms ?? {} },
    clock.now(),
    onEvent,
  )
  let result: RunResult
  try {
    const failedSources = options.observes ? await observeSources(keys, options) : []
    const run = { id: runId, records: await loadRecords(db), options }
    result = await goRounds(run, { first: round, selected: left(keys, options.except) }, failedSources)
  } catch (error) {
    const isStopped = signal.aborted || isTakenOver(error)
    result = { runId, state: isStopped ? 'interrupted' : 'failed', steps: [], error }
  }
  // What waits stays open, and a run that another process goes on with is not ours to end.
  if (result.state !== 'waiting' && !isTakenOver(result.error)) {
    if (result.state === 'interrupted' && options.requeues) await requeueRuns(db, clock.now())
    else await closeRun(db, runId, { ...result, state: result.state }, clock.now())
  }
  onEvent({ kind: 'run.finished', run: runId, state: result.state })
  return result
}

function left(keys: readonly string[], except: ReadonlySet<string> = new Set()): Set<string> {
  return new Set(keys.filter((key) => !except.has(key)))
}

async function goRounds<R>(
  run: CurrentRun<R>,
  { first, selected }: { first: number; selected: ReadonlySet<string> },
  failedSources: readonly StepResult[],
): Promise<RunResult> {
  const { isForced, onEvent } = run.options
  await tellStaleInputs(run, selected)
  const latest = new Map<string, StepResult>()
  let restless = 0
  for (let number = first; ; number++) {
    const round = { number, isForced: isForced && number === first, selected }
    const { results, hasChanged, hasWaited } = await goRound(run, round, failedSources)
    for (const [key, result] of results) if (result.state !== 'fresh') latest.set(key, result)
    const state = stateOf([...results.values()])
    const stale = state === 'done' ? await findStale(run, selected) : []
    if (stale.length === 0) return conclude(run, state, latest)
    if (!hasChanged && !hasWaited) {
      for (const each of stale) onEvent({ kind: 'asset.unsettled', ...each })
      return conclude(run, state, latest)
    }
    restless = hasWaited ? 0 : restless + 1
    if (restless === MAX_RESTLESS_ROUNDS) {
      return { ...conclude(run, 'failed', latest), error: doesNotSettle(stale[0]!) }
    }
    onEvent({ kind: 'round.started', round: number + 1, because: `${stale[0]!.asset}: ${stale[0]!.because}` })
  }
}

/** What was left out above the selection and is itself out of date: the assets are made from what it was. */
async function tellStaleInputs<R>(run: CurrentRun<R>, selected: ReadonlySet<string>): Promise<void> {
  const { graph, resources, onEvent } = run.options
  const above = [...graph.upstreamOf(selected)].filter((key) => !selected.has(key))
  if (above.length === 0) return
  const pending = await loadPending(graph, resources.db)
  for (const input of above) {
    const status = statusOf(graph.get(input), run.records, pending.get(input))
    if (status.kind !== 'stale') continue
    const below = graph.downstreamOf([input])
    const asset = graph.nodes.find(({ key }) => selected.has(key) && below.has(key))!.key
    onEvent({ kind: 'input.stale', asset, input, because: because(status) })
  }
}

async function findStale<R>(
  run: CurrentRun<R>,
  selected: ReadonlySet<string>,
): Promise<{ asset: string; because: string }[]> {
  const { graph, resources } = run.options
  const pending = await loadPending(graph, resources.db)
  return graph.nodes
    .filter(({ key }) => selected.has(key))
    .map((node) => ({ asset: node.key, status: statusOf(node, run.records, pending.get(node.key)) }))
    .filter(({ status }) => status.kind !== 'fresh')
    .map(({ asset, status }) => ({ asset, because: because(status) }))
}

function stateOf(results: readonly StepResult[]): RunResult['state'] {
  const states = ['interrupted', 'failed', 'waiting', 'held'] as const
  return states.find((state) => results.some((result) => result.state === state)) ?? 'done'
}

function conclude<R>(
  run: CurrentRun<R>,
  state: RunResult['state'],
  latest: ReadonlyMap<string, StepResult>,
): RunResult {
  const inOrder = run.options.graph.nodes.flatMap(({ key }) => latest.get(key) ?? [])
  // A run that ends takes with it what waits; the next run takes it up again.
  const steps = inOrder.map((step) =>
    step.state === 'waiting' && state !== 'waiting' ? { ...step, state: 'interrupted' as const } : step,
  )
  const instants = state === 'waiting' ? steps.flatMap(({ until }) => until?.getTime() ?? []) : []
  const failed = steps.find((step) => step.state === state && step.error !== undefined)
  return {
    runId: run.id,
    state,
    steps,
    ...(instants.length === 0 ? {} : { waitingUntil: new Date(Math.min(...instants)) }),
    ...(failed === undefined ? {} : { error: failed.error }),
  }
}

function isTakenOver(error: unknown): boolean {
  return isExpected(error) && error.code === 'run_taken_over'
}

function doesNotSettle({ asset, because: why }: { asset: string; because: string }): HemlineError {
  return new HemlineError({
    code: 'does_not_settle',
    message: `"${asset}" is still out of date after ${MAX_RESTLESS_ROUNDS} rounds: ${why}`,
    hint: `See \`hemline explain ${asset}\`. Its data version must be equal when its data are equal.`,
  })
}
