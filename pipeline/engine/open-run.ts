import type { Db } from '../../data/database.js'
import { findRuns, insertRun, moveRun } from '../../data/records/runs.js'
import { findLastRound, interruptSteps } from '../../data/records/steps.js'
import type { RunEvent } from './run-events.js'

/**
 * Opens the run for a selection: goes on with the one that waits for the same selection, or begins a new one. The caller
 * holds the executor's lease, so a run that is `running` belongs to a process that died; it and other waiting runs end
 * as `interrupted`. Nothing that they left is lost: what they sent is in the records that every run goes on from.
 */
export async function openRun(
  db: Db,
  wanted: { selection: string[]; trigger: string },
  now: Date,
  onEvent: (event: RunEvent) => void,
): Promise<{ runId: number; round: number }> {
  const selection = wanted.selection.join(',')
  const open = await findRuns(db, ['running', 'waiting'])
  const resumed = open.findLast((run) => run.state === 'waiting' && run.selection === selection)
  const runId = resumed?.id ?? (await insertRun(db, { selection, trigger: wanted.trigger }, now))
  for (const run of open) {
    if (run.id === runId) continue
    const because = run.state === 'running' ? 'its process ended' : `run ${runId} took over`
    await moveRun(db, run.id, [run.state], 'interrupted', now, { code: 'interrupted', message: because })
    await interruptSteps(db, run.id, because, now)
    onEvent({ kind: 'run.interrupted', run: run.id, because })
  }
  if (resumed) await moveRun(db, runId, ['waiting'], 'running', now)
  onEvent({ kind: resumed ? 'run.continued' : 'run.started', run: runId, selection: wanted.selection })
  return { runId, round: Math.max(1, await findLastRound(db, runId)) }
}
