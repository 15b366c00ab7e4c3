import { fashionGraph } from '../../assets/list.js'
import { tasksFile } from '../../assets/tasks-file.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { finishAction, insertAction, startAction } from '../../data/records/actions.js'
import { reviveCancelledRequests } from '../../data/records/request-revival.js'
import { insertRun, listRuns } from '../../data/records/runs.js'
import type { Clock } from '../../pipeline/clock.js'
import { refuseBusy } from '../../pipeline/engine/lease.js'
import { selectionText } from '../../pipeline/engine/run-life.js'
import { select } from '../../pipeline/engine/selection.js'
import { HemlineError } from '../../pipeline/errors.js'
import { failAction } from '../actions/fail-action.js'
import { thisProcess } from '../holder.js'
import { isHeldByDaemon } from '../queue-run.js'
import { startCommand } from './child-command.js'

const LOOK_INTERVAL_MS = 100
const LONGEST_START_MS = 60_000

type Tools = { db: Db; home: Home; clock: Clock }

/** Starts runs one after the other: who asks for one while another begins is told whose run that is. */
export function runStarter(tools: Tools): (selection: readonly string[]) => Promise<string> {
  let last: Promise<unknown> = Promise.resolve()
  return (selection) => {
    const started = last.then(() => startRun(selection, tools))
    last = started.catch(() => {})
    return started
  }
}

/**
 * Starts a run for the page, and says which: a row in the daemon's queue, or, without a daemon, a process of its own, which goes
 * on when the page is not served any more. Written down as an action.
 */
async function startRun(selection: readonly string[], { db, home, clock }: Tools): Promise<string> {
  const action = { kind: 'materialize', arguments: JSON.stringify({ selection }), asked_by: 'page' } as const
  const id = await insertAction(db, action, clock.now())
  await startAction(db, id)
  try {
    const isQueued = await isHeldByDaemon(db, clock.now())
    const run = isQueued ? await queue(selection, db, clock) : await startHere(selection, { db, home, clock })
    const text = isQueued ? `Run ${run} is in the daemon’s queue.` : `Run ${run} began.`
    await finishAction(db, id, { state: 'done', outcome: { kind: 'run', run, text } }, clock.now())
    return text
  } catch (error) {
    await failAction(db, id, error, clock.now())
    throw error
  }
}

async function queue(selection: readonly string[], db: Db, clock: Clock): Promise<number> {
  const keys = select(fashionGraph, selection)
  // What was cancelled is asked again by whoever says so.
  if (keys.includes(tasksFile.key)) await reviveCancelledRequests(db)
  const run = { selection: selectionText(fashionGraph, keys), trigger: 'person' }
  return insertRun(db, run, clock.now(), 'queued')
}

async function startHere(selection: readonly string[], { db, home, clock }: Tools): Promise<number> {
  // Before a process is: it would take the run that goes on for its own, and its log away.
  await refuseBusy(db, thisProcess('run'), clock)
  const last = await newestRun(db)
  const before = new Map((await listRuns(db, 1)).map((run) => [run.id, run.state]))
  let end: Error | 'ended' | undefined
  startCommand(home, ['materialize', '--wait', ...selection]).then(
    () => (end = 'ended'),
    (error: Error) => (end = error),
  )
  const until = clock.now().getTime() + LONGEST_START_MS
  while (clock.now().getTime() < until) {
    const [run] = await listRuns(db, 1)
    // A new run, or one that waited and is gone on with.
    if (run && (run.id > last || (run.state === 'running' && before.get(run.id) !== 'running'))) return run.id
    if (end instanceof Error) throw end
    if (end === 'ended') break
    await clock.sleep(LOOK_INTERVAL_MS)
  }
  throw new HemlineError({
    code: 'run_not_seen',
    message: 'the run was started, and does not show yet',
    hint: 'Look under Activity.',
  })
}

async function newestRun(db: Db): Promise<number> {
  return (await listRuns(db, 1))[0]?.id ?? 0
}
