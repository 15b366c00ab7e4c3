import type { Db } from '../../data/database.js'
import {
  type Run,
  type RunTerms,
  findRunLike,
  findRuns,
  insertRun,
  moveRun,
  recordSuccessor,
} from '../../data/records/runs.js'
import { findLastRound, interruptSteps } from '../../data/records/steps.js'
import type { RunState } from '../../data/schema/engine-tables.js'
import { explainSystemError } from '../../data/system-errors.js'
import { HemlineError, isExpected } from '../errors.js'
import type { Graph } from './graph.js'
import type { RunEvent } from './run-events.js'

/**
 * Opens the run for a selection: goes on with the one that is named, or that waits for the same selection on the same terms, or
 * begins a new one. The caller
 * holds the executor's lease, so a run that is `running` belongs to a process that died; it and other waiting runs end
 * as `interrupted`. Nothing that they left is lost: what they did is in the records that every run goes on from.
 *
 * @param keys  the selected keys in the graph's order.
 * @returns  the run, and the round that it is in.
 */
export async function openRun<R>(
  db: Db,
  wanted: {
    graph: Graph<R>
    keys: readonly string[]
    trigger: string
    isForced: boolean
    runId: number | undefined
    terms: RunTerms
  },
  now: Date,
  onEvent: (event: RunEvent) => void,
): Promise<{ runId: number; round: number }> {
  const { graph, keys, trigger, isForced, terms } = wanted
  const selection = selectionText(graph, keys)
  const { runId, round, isResumed, ended } = await db.transaction().execute(async (trx) => {
    const open = await findRuns(trx, ['running', 'waiting'])
    const resumed = wanted.runId ?? (await findRunLike(trx, ['waiting'], selection, terms))?.id
    const id = resumed ?? (await insertRun(trx, { selection, trigger, isForced, ...terms }, now))
    const others = open.filter((run) => run.id !== id)
    const interrupted = others.map((run) => ({ run: run.id, because: becauseOf(run, id) }))
    for (const { run, because } of interrupted) {
      await endRun(
        trx,
        run,
        { state: 'interrupted', failure: { code: 'interrupted', message: because } },
        now,
      )
      await recordSuccessor(trx, run, id)
    }
    if (resumed !== undefined) await takeRun(trx, id, ['queued', 'waiting'], 'running', now)
    const last = await findLastRound(trx, id)
    const isResumed = open.some((run) => run.id === id)
    return { runId: id, round: Math.max(1, last), isResumed, ended: interrupted }
  })
  for (const run of ended) onEvent({ kind: 'run.interrupted', ...run })
  onEvent({ kind: isResumed ? 'run.continued' : 'run.started', run: runId, selection: [...keys] })
  return { runId, round }
}

/** A selection as it is recorded: its keys in the graph's order, `*` for all. */
export function selectionText<R>(graph: Graph<R>, keys: readonly string[]): string {
  return keys.length === graph.nodes.length ? '*' : keys.join(',')
}

/** The keys that a recorded selection names; those that the graph does not have any more are left out. */
export function selectedKeys<R>(graph: Graph<R>, selection: string): string[] {
  const all = graph.nodes.map(({ key }) => key)
  const named = new Set(selection.split(','))
  return selection === '*' ? all : all.filter((key) => named.has(key))
}

/** Leaves a running run as a row that waits: from here on a kill loses nothing, and whoever comes next goes on with it. */
export async function parkRun(db: Db, runId: number, now: Date): Promise<void> {
  await takeRun(db, runId, ['running'], 'waiting', now)
}

/** Goes on with a run that this process had parked. */
export async function unparkRun(db: Db, runId: number, now: Date): Promise<void> {
  await takeRun(db, runId, ['waiting'], 'running', now)
}

/** Ends a run; steps of it that are still open end with it. A run that another process ended stays as that left it. */
export async function closeRun(
  db: Db,
  runId: number,
  end: { state: Exclude<RunState, 'running' | 'waiting'>; error?: unknown },
  now: Date,
): Promise<void> {
  const failure = end.error === undefined ? {} : { failure: failureOf(end.error) }
  await db.transaction().execute((trx) => endRun(trx, runId, { state: end.state, ...failure }, now))
}

/** The code and the sentence that an error is recorded with. */
export function failureOf(error: unknown): { code: string; message: string } {
  const known = isExpected(error) ? error : explainSystemError(error)
  const message = error instanceof Error ? error.message : String(error)
  return { code: known?.code ?? 'unexpected', message: known?.message ?? message }
}

async function endRun(
  trx: Db,
  runId: number,
  end: { state: RunState; failure?: { code: string; message: string } },
  now: Date,
): Promise<void> {
  const { state, failure } = end
  const hasMoved = await moveRun(trx, runId, ['running', 'waiting'], state, now, failure)
  if (hasMoved) await interruptSteps(trx, runId, failure?.message ?? `its run ended as ${state}`, now)
}

function becauseOf(run: Run, successor: number): string {
  return run.state === 'running' ? 'its process ended' : `run ${successor} took over`
}

async function takeRun(
  db: Db,
  runId: number,
  from: readonly RunState[],
  to: RunState,
  now: Date,
): Promise<void> {
  if (await moveRun(db, runId, from, to, now)) return
  throw new HemlineError({
    code: 'run_taken_over',
    message: `run ${runId} is not ${from.join(' or ')} any more: another process took over this home`,
    hint: 'Look at `hemline runs`; nothing is lost, what was sent is on record.',
  })
}
