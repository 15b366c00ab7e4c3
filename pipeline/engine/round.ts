import type { Asset } from './asset.js'
import { parkRun, unparkRun } from './run-life.js'
import { type CurrentRun, type StepResult, bringUpToDate } from './step.js'

/** An instant in the past must not make a run spin. */
const MIN_WAIT_MS = 50
/** A timer stands still while the machine sleeps, and cannot be longer than 24 days: so the clock is asked in between. */
const MAX_NAP_MS = 60_000

export type RoundResult = {
  /** How each selected asset ended, and each source above it that could not be looked at; in the graph's order. */
  results: ReadonlyMap<string, StepResult>
  /** Whether anything was made whose data version was not on record before. */
  hasChanged: boolean
  hasWaited: boolean
}

/**
 * One pass over the selected assets, inputs first. With `waits`, what waits is run again in its time, and then what is
 * below it, until nothing waits; a failure in one branch does not keep the others from that. While something waits the
 * run is parked, and it is left so when it ends with something that waits.
 *
 * @param failedSources  the sources that could not be looked at: what is below them runs only if they were before.
 */
export async function goRound<R>(
  run: CurrentRun<R>,
  round: { number: number; isForced: boolean; selected: ReadonlySet<string> },
  failedSources: readonly StepResult[],
): Promise<RoundResult> {
  const { waits, clock } = run.options
  const before = new Map([...run.records].map(([key, { dataVersion }]) => [key, dataVersion]))
  const results = new Map(failedSources.map((result) => [result.asset, result]))
  let hasWaited = false
  while (true) {
    await walk(run, round, results)
    const until = earliestWait([...results.values()])
    if (until === undefined) break
    await parkRun(run.options.resources.db, run.id, clock.now())
    if (!waits || !(await sleepUntil(until, run))) break
    await unparkRun(run.options.resources.db, run.id, clock.now())
    hasWaited = true
    forgetWhatIsDue(results, clock.now())
  }
  const hasChanged = [...results].some(
    ([key, { state }]) => state === 'done' && run.records.get(key)!.dataVersion !== before.get(key),
  )
  return { results, hasChanged, hasWaited }
}

/** Brings every selected asset up to date that has no result yet and nothing above it that is not done. */
async function walk<R>(
  run: CurrentRun<R>,
  round: { number: number; isForced: boolean; selected: ReadonlySet<string> },
  results: Map<string, StepResult>,
): Promise<void> {
  const { graph, signal } = run.options
  const blockers = new Map<string, string>()
  for (const node of graph.nodes) {
    const { key } = node
    const blocker = graph.inputsOf(key).flatMap((input) => blockers.get(input) ?? [])[0]
    if (blocker !== undefined) blockers.set(key, blocker)
    if (node.kind === 'asset' && round.selected.has(key) && !results.has(key)) {
      results.set(key, await resultOf(node, blocker))
    }
    // A source that cannot be looked at now, but was before, keeps nothing from going on with what is on record.
    const isOnRecord = node.kind === 'source' && run.records.has(key)
    if (blocker === undefined && !isOnRecord && isUnsettled(results.get(key))) blockers.set(key, key)
  }

  async function resultOf(asset: Asset<R>, blocker: string | undefined): Promise<StepResult> {
    const { key } = asset
    if (blocker !== undefined) {
      return { asset: key, state: 'blocked', because: `"${blocker}" above it is not done` }
    }
    if (signal.aborted) return { asset: key, state: 'interrupted', because: 'stopped before it began' }
    return bringUpToDate(run, asset, round, willing(key))
  }

  /** What may begin with what an asset hands on: it is to be made after that one, and waits for nothing else. */
  function willing(key: string): Asset<R>[] {
    const isSettled = (input: string): boolean =>
      !blockers.has(input) &&
      (results.has(input) || !round.selected.has(input) || graph.get(input).kind === 'source')
    return graph
      .dependentsOf(key)
      .filter((each) => round.selected.has(each) && !results.has(each))
      .filter((each) => graph.inputsOf(each).every((input) => input === key || isSettled(input)))
      .map((each) => graph.get(each))
      .filter((node) => node.kind === 'asset')
  }
}

function isUnsettled(result: StepResult | undefined): boolean {
  return result !== undefined && result.state !== 'fresh' && result.state !== 'done'
}

function earliestWait(results: readonly StepResult[]): Date | undefined {
  const instants = results.flatMap(({ state, until }) =>
    state === 'waiting' && until ? [until.getTime()] : [],
  )
  return instants.length === 0 ? undefined : new Date(Math.min(...instants))
}

/** Whether the instant came; false when the run was stopped before it. */
async function sleepUntil<R>(until: Date, run: CurrentRun<R>): Promise<boolean> {
  const { clock, signal } = run.options
  const wakeAt = Math.max(until.getTime(), clock.now().getTime() + MIN_WAIT_MS)
  while (!signal.aborted) {
    const left = wakeAt - clock.now().getTime()
    if (left <= 0) return true
    await clock.sleep(Math.min(left, MAX_NAP_MS), signal)
  }
  return false
}

function forgetWhatIsDue(results: Map<string, StepResult>, now: Date): void {
  for (const [key, { state, until }] of results) {
    const isDue = state === 'waiting' && until! <= now
    if (isDue || state === 'blocked') results.delete(key)
  }
}
