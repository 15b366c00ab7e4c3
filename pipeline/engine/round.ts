import { endStep, finishStep, startStep } from '../../data/records/steps.js'
import { HemlineError } from '../errors.js'
import type { Asset, Input, Outcome } from './asset.js'
import { reach } from './graph.js'
import type { MaterializeOptions } from './materialize-options.js'
import { loadPending, loadRecords } from './records.js'
import { type Records, because, statusOf } from './staleness.js'

/** How one asset ended in a round. */
export type StepResult = {
  asset: string
  state: 'done' | 'waiting' | 'held' | 'failed' | 'interrupted'
  because: string
  until?: Date
  metadata?: Record<string, unknown>
  error?: unknown
}

export type RoundResult = {
  state: 'done' | 'waiting' | 'held' | 'failed' | 'interrupted'
  steps: StepResult[]
  /** Whether anything was made whose data version was not on record before. */
  hasChanged: boolean
}

/** One pass over the selected assets, inputs first; what waits is tried again in its time. */
export class Round<R> {
  readonly #results = new Map<string, StepResult>()
  #hasChanged = false

  constructor(
    private readonly runId: number,
    private readonly number: number,
    private readonly assets: readonly Asset<R>[],
    private readonly isForced: boolean,
    private readonly options: MaterializeOptions<R>,
  ) {}

  async run(): Promise<RoundResult> {
    const { signal, clock, waits } = this.options
    const looked = new Set<string>()
    while (true) {
      for (const asset of this.assets) {
        if (looked.has(asset.key) || this.#isBlocked(asset)) continue
        await this.#bringUpToDate(asset)
        looked.add(asset.key)
      }
      const state = this.#state()
      if (state !== 'waiting' || !waits || signal.aborted) break
      await clock.sleep(this.#nextInstant() - clock.now().getTime(), signal)
      if (signal.aborted) break
      for (const { asset } of this.#inState('waiting')) {
        this.#results.delete(asset)
        looked.delete(asset)
      }
    }
    return { state: this.#state(), steps: [...this.#results.values()], hasChanged: this.#hasChanged }
  }

  /** What stands above it, at any distance, must be done first. */
  #isBlocked(asset: Asset<R>): boolean {
    const above = reach([asset.key], this.options.graph.inputsOf)
    return [...this.#results.values()].some(({ asset: key, state }) => state !== 'done' && above.has(key))
  }

  #state(): RoundResult['state'] {
    for (const state of ['interrupted', 'failed', 'waiting', 'held'] as const) {
      if (this.#inState(state).length > 0) return state
    }
    return 'done'
  }

  #inState(state: StepResult['state']): StepResult[] {
    return [...this.#results.values()].filter((result) => result.state === state)
  }

  #nextInstant(): number {
    return Math.min(...this.#inState('waiting').map(({ until }) => until!.getTime()))
  }

  async #bringUpToDate(asset: Asset<R>): Promise<void> {
    const { resources, graph, onEvent } = this.options
    const records = await loadRecords(resources.db)
    const pending = await asset.pending?.(resources.db)
    const status = statusOf(asset, records, pending)
    if (status.kind === 'fresh' && !this.isForced) return onEvent({ kind: 'step.fresh', asset: asset.key })
    const why = status.kind === 'fresh' ? 'asked for with --force' : because(status)
    const stepId = await startStep(
      resources.db,
      { runId: this.runId, assetKey: asset.key, round: this.number, because: why },
      this.options.clock.now(),
    )
    onEvent({ kind: 'step.started', asset: asset.key, because: why })
    const allPending = await loadPending(graph, resources.db)
    this.#warnOfStaleInputs(asset, records, allPending)
    await this.#step(asset, stepId, why, records)
  }

  #warnOfStaleInputs(asset: Asset<R>, records: Records, pending: ReadonlyMap<string, string>): void {
    const selected = new Set(this.assets.map(({ key }) => key))
    for (const input of Object.values(asset.needs)) {
      if (selected.has(input.key)) continue
      const status = statusOf(input, records, pending.get(input.key))
      if (status.kind !== 'stale') continue
      this.options.onEvent({
        kind: 'input.stale',
        asset: asset.key,
        input: input.key,
        because: because(status),
      })
    }
  }

  /** The one place where an asset's own code runs: whatever it throws ends its step, and nothing else. */
  async #step(asset: Asset<R>, stepId: number, why: string, records: Records): Promise<void> {
    const { resources, clock, signal, onEvent } = this.options
    let outcome: Outcome<unknown>
    try {
      outcome = await asset.materialize(inputsOf(asset, records), {
        ...resources,
        runId: this.runId,
        clock,
        signal,
        lastCodeVersion: records.get(asset.key)?.codeVersion,
        isForced: this.isForced,
      })
    } catch (error) {
      const state = signal.aborted ? 'interrupted' : 'failed'
      const message = error instanceof Error ? error.message : String(error)
      await endStep(resources.db, stepId, { state, because: message }, clock.now())
      this.#results.set(asset.key, { asset: asset.key, state, because: message, error })
      if (state === 'failed') onEvent({ kind: 'step.failed', asset: asset.key, error })
      return
    }
    await this.#record(asset, stepId, why, records, outcome)
  }

  async #record(
    asset: Asset<R>,
    stepId: number,
    why: string,
    records: Records,
    outcome: Outcome<unknown>,
  ): Promise<void> {
    const { resources, clock, onEvent } = this.options
    const { key } = asset
    if (outcome.kind === 'done') {
      const metadata = outcome.metadata as Record<string, unknown>
      await finishStep(resources.db, stepId, this.#materialization(asset, records, outcome), clock.now())
      this.#hasChanged ||= records.get(key)?.dataVersion !== outcome.dataVersion
      this.#results.set(key, { asset: key, state: 'done', because: why, metadata })
      return onEvent({ kind: 'step.done', asset: key, metadata })
    }
    if (outcome.kind === 'waiting') {
      const { until, because: reason } = outcome
      const end = { state: 'waiting', because: reason, waitingUntil: until } as const
      await endStep(resources.db, stepId, end, clock.now())
      this.#results.set(key, { asset: key, state: 'waiting', because: reason, until })
      return onEvent({ kind: 'step.waiting', asset: key, until, because: reason })
    }
    await endStep(resources.db, stepId, { state: 'held', because: outcome.because }, clock.now())
    this.#results.set(key, { asset: key, state: 'held', because: outcome.because })
    onEvent({ kind: 'step.held', asset: key, because: outcome.because, hint: outcome.hint })
  }

  /** With the versions that the inputs had before the step began: what changes meanwhile makes it stale again. */
  #materialization(asset: Asset<R>, records: Records, made: { dataVersion: string; metadata: unknown }) {
    const inputs = Object.values(asset.needs).map(({ key }) => [key, records.get(key)!.dataVersion])
    return {
      asset_key: asset.key,
      run_id: this.runId,
      code_version: asset.codeVersion,
      data_version: made.dataVersion,
      input_versions: JSON.stringify(Object.fromEntries(inputs)),
      metadata: JSON.stringify(made.metadata),
    }
  }
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
