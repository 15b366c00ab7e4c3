import { endStep, finishStep, startStep } from '../../data/records/steps.js'
import { HemlineError, isExpected } from '../errors.js'
import { type Ahead, workAhead } from './ahead.js'
import type { Asset, Done, Input, Metadata, Outcome } from './asset.js'
import { checkOutcome, checkVersion } from './check-outcome.js'
import type { MaterializeOptions } from './materialize-options.js'
import { unfinishedBecause } from './records.js'
import { failureOf } from './run-life.js'
import { type Recorded, type Records, because, statusOf } from './staleness.js'

/** What the steps of one run share. */
export type CurrentRun<R> = {
  id: number
  /** Kept up to date as steps end: only this process writes records while it holds the executor's lease. */
  records: Map<string, Recorded>
  options: MaterializeOptions<R>
}

/** How an asset ended in a round; `blocked`: something above it is not done, so it was not looked at. */
export type StepResult = {
  asset: string
  state: 'fresh' | 'done' | 'waiting' | 'held' | 'failed' | 'interrupted' | 'blocked'
  because: string
  until?: Date
  metadata?: Metadata
  error?: unknown
}

/** A step that has begun. */
type OpenStep = { id: number; because: string }

/**
 * Makes an asset if it is missing or out of date, or if it is forced, and records how that ended.
 *
 * @param below  the assets that may work ahead with what it hands on; none of them is at work any more when this resolves.
 */
export async function bringUpToDate<R>(
  run: CurrentRun<R>,
  asset: Asset<R>,
  round: { number: number; isForced: boolean },
  below: readonly Asset<R>[],
): Promise<StepResult> {
  const { resources, clock, onEvent } = run.options
  const { key } = asset
  const status = statusOf(asset, run.records, await asset.pending?.(resources.db))
  if (status.kind === 'fresh' && !round.isForced) {
    onEvent({ kind: 'step.fresh', asset: key })
    return { asset: key, state: 'fresh', because: because(status) }
  }
  const why = status.kind === 'fresh' ? 'asked for with --force' : because(status)
  const wanted = { runId: run.id, assetKey: key, round: round.number, because: why }
  const step = { id: await startStep(resources.db, wanted, clock.now()), because: why }
  onEvent({ kind: 'step.started', asset: key, because: why })
  // What the records of its inputs say before it begins: what changes meanwhile makes it stale again.
  const inputVersions = Object.fromEntries(
    Object.values(asset.needs).map((input) => [input.key, run.records.get(input.key)?.dataVersion ?? '']),
  )
  const ahead = workAhead(run, below)
  try {
    return await makeAndRecord(run, asset, { ...step, isForced: round.isForced, inputVersions, ahead })
  } finally {
    await ahead.end()
  }
}

async function makeAndRecord<R>(
  run: CurrentRun<R>,
  asset: Asset<R>,
  step: OpenStep & { isForced: boolean; inputVersions: Record<string, string>; ahead: Ahead },
): Promise<StepResult> {
  const { key } = asset
  let outcome: Outcome<unknown>
  try {
    outcome = checkOutcome(key, await materializeAsset(run, asset, step))
    if (outcome.kind === 'done') return await recordDone(run, asset, step, outcome)
  } catch (error) {
    return recordFailure(run, key, step, error)
  }
  return recordPause(run, key, step, outcome)
}

/** The one place where an asset's own code makes something: whatever it throws ends its step, and nothing else. */
function materializeAsset<R>(
  run: CurrentRun<R>,
  asset: Asset<R>,
  { isForced, ahead }: { isForced: boolean; ahead: Ahead },
): Promise<Outcome<unknown>> {
  const { resources, clock, signal } = run.options
  return asset.materialize(inputsOf(asset, run.records), {
    ...resources,
    runId: run.id,
    clock,
    signal,
    lastCodeVersion: run.records.get(asset.key)?.codeVersion,
    isForced,
    handOn: ahead.handOn,
  })
}

function inputsOf<R>(asset: Asset<R>, records: Records): Record<string, Input<unknown>> {
  return Object.fromEntries(
    Object.entries(asset.needs).map(([name, { key }]) => {
      const recorded = records.get(key)
      if (recorded) return [name, { dataVersion: recorded.dataVersion, metadata: recorded.metadata }]
      throw new HemlineError({
        code: 'missing_input',
        message: `"${asset.key}" needs "${key}", which was never made`,
        hint: `Make what stands above it too: hemline materialize +${asset.key}`,
      })
    }),
  )
}

async function recordDone<R>(
  run: CurrentRun<R>,
  asset: Asset<R>,
  step: OpenStep & { inputVersions: Record<string, string> },
  made: Done<unknown>,
): Promise<StepResult> {
  const { resources, clock, onEvent } = run.options
  const { inputVersions } = step
  const { key, codeVersion } = asset
  const { dataVersion, metadata, metadataJson } = checkVersion(key, made)
  const now = clock.now()
  const materialization = {
    asset_key: key,
    run_id: run.id,
    code_version: codeVersion,
    data_version: dataVersion,
    input_versions: JSON.stringify(inputVersions),
    metadata: metadataJson,
    because: step.because,
  }
  await finishStep(resources.db, step.id, materialization, now)
  run.records.set(key, { dataVersion, metadata, at: now.toISOString(), codeVersion, inputVersions })
  onEvent({ kind: 'step.done', asset: key, metadata })
  return { asset: key, state: 'done', because: step.because, metadata }
}

async function recordPause<R>(
  run: CurrentRun<R>,
  key: string,
  step: OpenStep,
  outcome: Exclude<Outcome<unknown>, { kind: 'done' }>,
): Promise<StepResult> {
  const { resources, clock, onEvent } = run.options
  const { because: why } = outcome
  if (outcome.kind === 'waiting') {
    const { until } = outcome
    await endStep(resources.db, step.id, { state: 'waiting', because: why, waitingUntil: until }, clock.now())
    leaveUnfinished(run, key, { state: 'waiting', because: why })
    onEvent({ kind: 'step.waiting', asset: key, until, because: why })
    return { asset: key, state: 'waiting', because: why, until }
  }
  const { hint } = outcome
  await endStep(resources.db, step.id, { state: 'held', because: why, hint }, clock.now())
  leaveUnfinished(run, key, { state: 'held', because: why })
  onEvent({ kind: 'step.held', asset: key, because: why, hint })
  return { asset: key, state: 'held', because: why }
}

async function recordFailure<R>(
  run: CurrentRun<R>,
  key: string,
  step: OpenStep,
  error: unknown,
): Promise<StepResult> {
  const { resources, clock, signal, onEvent } = run.options
  const state = signal.aborted ? 'interrupted' : 'failed'
  const { code, message } = failureOf(error)
  const hint = isExpected(error) ? error.hint : undefined
  await endStep(resources.db, step.id, { state, because: message, hint, errorCode: code }, clock.now())
  leaveUnfinished(run, key, { state, because: message })
  if (state === 'failed') onEvent({ kind: 'step.failed', asset: key, error })
  return { asset: key, state, because: message, error }
}

/** What `loadRecords` would say of it from now on. */
function leaveUnfinished<R>(
  run: CurrentRun<R>,
  key: string,
  step: { state: 'waiting' | 'held' | 'failed' | 'interrupted'; because: string },
): void {
  const recorded = run.records.get(key)
  if (recorded) run.records.set(key, { ...recorded, unfinished: unfinishedBecause(step)! })
}
