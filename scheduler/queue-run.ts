import { fashionGraph } from '../assets/list.js'
import type { Db } from '../data/database.js'
import { findBatches } from '../data/records/batches.js'
import { findLease } from '../data/records/leases.js'
import { listMaterializations } from '../data/records/materializations.js'
import { type Run, findRun, insertRun } from '../data/records/runs.js'
import { type Step, findSteps } from '../data/records/steps.js'
import type { Metadata } from '../pipeline/engine/asset.js'
import { EXECUTOR, judgeLease } from '../pipeline/engine/lease.js'
import type { RunResult } from '../pipeline/engine/materialize.js'
import { selectionText } from '../pipeline/engine/run-life.js'
import { select } from '../pipeline/engine/selection.js'
import type { StepResult } from '../pipeline/engine/step.js'
import { HemlineError } from '../pipeline/errors.js'
import { type Executor, type FinishedRun, difference, ledgerOf } from './execute-run.js'
import { thisProcess } from './holder.js'
import type { SendingOfRun } from './sending.js'

const LOOK_INTERVAL_MS = 250

type Request = {
  selection: string[]
  isForced: boolean
  waits: boolean
  limit: number | undefined
  isSpread?: boolean
  ofRun: SendingOfRun
}

/** `here`: nobody executes in this home, so the caller may; with `runId` when its run is on record already. */
type Queued = { kind: 'followed'; run: FinishedRun } | { kind: 'here'; runId?: number }

/**
 * Hands a run to the daemon that holds the home, and follows it until it ends or, without `waits`, until it waits. The
 * run is a row: it goes on whatever becomes of this process. When another run takes over what it waits for, that is followed. When the daemon dies meanwhile, the run is the caller's.
 */
export async function queueRun(
  { selection, isForced, waits, limit, isSpread = false, ofRun }: Request,
  tools: Executor & { pin: () => Promise<void> },
): Promise<Queued> {
  const { db, clock, signal, settings, notify } = tools
  if (!(await isHeldByDaemon(db, clock.now()))) return { kind: 'here' }
  await tools.pin()
  const before = await ledgerOf(db)
  const text = selectionText(fashionGraph, select(fashionGraph, selection))
  const wanted = { selection: text, trigger: 'person', isForced, requestLimit: limit, isSpread, ...ofRun }
  let runId = await insertRun(db, wanted, clock.now(), 'queued')
  notify({ kind: 'run.queued', run: runId })
  const teller = stepTeller(tools)
  while (!signal.aborted) {
    const run = (await findRun(db, runId))!
    const steps = await findSteps(db, runId)
    await teller.tell(steps)
    if (run.successor_id !== null) {
      notify({ kind: 'run.interrupted', run: runId, because: run.error ?? '' })
      runId = run.successor_id
      continue
    }
    if (isOver(run, waits)) {
      const after = await ledgerOf(db)
      return {
        kind: 'followed',
        run: {
          ...resultOf(run, steps),
          submittedBatches: after.batches - before.batches,
          spent: difference(after.charges, before.charges),
          isBilled: settings.provider === 'openai',
        },
      }
    }
    const isLeft = !(await isHeldByDaemon(db, clock.now()))
    // It may have been the last thing that the daemon did.
    if (isLeft && !isOver((await findRun(db, runId))!, waits)) return { kind: 'here', runId }
    await clock.sleep(LOOK_INTERVAL_MS, signal)
  }
  throw new HemlineError({
    code: 'not_followed',
    message: `run ${runId} is not followed any longer; the daemon goes on with it`,
    hint: 'Look at `hemline status` and `hemline runs`.',
  })
}

/** Whether a daemon executes in this home now. */
export async function isHeldByDaemon(db: Db, now: Date): Promise<boolean> {
  const lease = await findLease(db, EXECUTOR)
  return lease?.role === 'daemon' && judgeLease(lease, thisProcess('run'), now) !== 'free'
}

function isOver({ state }: Run, waits: boolean): boolean {
  return state !== 'queued' && state !== 'running' && (state !== 'waiting' || !waits)
}

/** Tells what the rows of a run's steps say, each change once, and how the batches at the provider move. */
function stepTeller({ db, notify }: Executor): { tell(steps: readonly Step[]): Promise<void> } {
  const told = new Map<number, string>()
  const polls = new Map<number, string | null>()
  return {
    async tell(steps) {
      for (const step of steps) {
        const { id, asset_key: asset, state, because } = step
        if (told.get(id) === state) continue
        told.set(id, state)
        if (state === 'running') notify({ kind: 'step.started', asset, because })
        if (state === 'held') notify({ kind: 'step.held', asset, because, hint: step.hint ?? '' })
        if (state === 'failed') notify({ kind: 'step.failed', asset, error: new Error(because) })
        if (state === 'done') {
          const [made] = await listMaterializations(db, asset, 1)
          notify({ kind: 'step.done', asset, metadata: JSON.parse(made!.metadata) as Metadata })
        }
      }
      if (!steps.some(({ state }) => state === 'waiting')) return
      for (const batch of await findBatches(db, ['open'])) {
        if (polls.get(batch.id) === batch.polled_at) continue
        polls.set(batch.id, batch.polled_at)
        notify({
          kind: 'batch.polled',
          batch: batch.provider_batch_id!,
          status: batch.status!,
          completed: batch.requests_completed,
          failed: batch.requests_failed,
          total: batch.requests_total,
          createdAt: new Date(batch.created_at!),
          expiresAt: batch.expires_at === null ? null : new Date(batch.expires_at),
        })
      }
    },
  }
}

function resultOf(run: Run, rows: readonly Step[]): RunResult {
  const latest = new Map(rows.map((step) => [step.asset_key, step]))
  const steps = [...latest.values()].map(
    ({ asset_key: asset, state, because, waiting_until: until }): StepResult => ({
      ...{ asset, state: state === 'running' ? 'interrupted' : state, because },
      ...(until === null ? {} : { until: new Date(until) }),
    }),
  )
  const waits = steps.flatMap(({ until }) => until?.getTime() ?? [])
  return {
    runId: run.id,
    state: run.state as RunResult['state'],
    steps,
    ...(waits.length === 0 ? {} : { waitingUntil: new Date(Math.min(...waits)) }),
    ...(run.error === null
      ? {}
      : { error: new HemlineError({ code: run.error_code ?? 'unexpected', message: run.error }) }),
  }
}
