import { expectedCost } from '../../assets/request/expected-cost.js'
import { readCatalogue } from '../../data/catalogue/read-catalogue.js'
import type { Home } from '../../data/home.js'
import {
  type ActionRecord,
  findRunningActions,
  finishAction,
  startAction,
} from '../../data/records/actions.js'
import { retryFailedRequests } from '../../data/records/retries.js'
import type { Db } from '../../data/database.js'
import { adoptBatch } from '../../pipeline/batch/adopt.js'
import type { BatchContext } from '../../pipeline/batch/batch-context.js'
import { cancelBatch } from '../../pipeline/batch/cancel.js'
import { resubmit } from '../../pipeline/batch/resubmit.js'
import type { ActionOutcome } from '../../reports/action-outcome.js'
import { formatCountOf } from '../../reports/numbers.js'
import { describeResubmission } from '../../reports/resubmission.js'
import { nothingFailed } from '../../reports/retry-summary.js'
import { readAction } from './action-arguments.js'
import { failAction } from './fail-action.js'

const GO_ON = 'Go on with: hemline materialize'

/** What carrying out needs; the provider is asked for only by what has to talk to it. */
export type ActionTools = {
  db: Db
  home: Home
  context: () => Promise<BatchContext>
  isBilled: boolean
}

/** Carries one action out and writes down how it ended; nothing when another process has it already. Never rejects for what
 * the action itself came to. */
export async function carryOut(action: ActionRecord, tools: ActionTools, now: () => Date): Promise<void> {
  const { db } = tools
  if (!(await startAction(db, action.id))) return
  try {
    const outcome = await doIt(action, tools)
    await finishAction(db, action.id, { state: 'done', outcome }, now())
  } catch (error) {
    await failAction(db, action.id, error, now())
  }
}

/** Ends what a process that is gone had begun. The caller holds the executor's lease, without which only `cancel` is done. */
export async function endLeftActions(db: Db, now: Date): Promise<void> {
  for (const { id, kind } of await findRunningActions(db)) {
    if (kind === 'cancel' || kind === 'materialize') continue
    const message = 'its process ended before it did'
    const hint = 'Ask for it again: each of them looks first at what is there.'
    await finishAction(db, id, { state: 'failed', code: 'interrupted', message, hint }, now)
  }
}

async function doIt(row: ActionRecord, tools: ActionTools): Promise<ActionOutcome> {
  const action = readAction(row)
  switch (action.kind) {
    case 'adopt':
      return adoptIt(action.arguments, await tools.context())
    case 'resubmit':
      return resubmitIt(action.arguments, tools)
    case 'cancel':
      return cancelIt(action.arguments, await tools.context())
    case 'retry':
      return retryIt(action.arguments, tools.db)
  }
}

async function adoptIt(
  { batch: id, part: name }: { batch: string; part?: string | undefined },
  context: BatchContext,
): Promise<ActionOutcome> {
  const { kind, batch, part } = await adoptBatch(id, name, context)
  const word = batch.state === 'open' ? batch.status : batch.state
  const verb = kind === 'adopted' ? 'Adopted' : 'Already ours'
  return {
    kind,
    text: `${verb}: batch ${id} (${word}), ${formatCountOf(part.requests, 'request')} of ${part.path}.`,
    next: GO_ON,
  }
}

async function resubmitIt(
  { named, is_confirmed: isConfirmed }: { named: string; is_confirmed: boolean },
  { home, context, isBilled }: ActionTools,
): Promise<ActionOutcome> {
  const batches = await context()
  const result = await resubmit(named, isConfirmed, batches)
  if (result.kind === 'found') {
    const { provider_batch_id: id, status } = result.batch
    const found = `The last look found it: batch ${id} (${status}) is ours, so nothing is sent again.`
    return { kind: 'found', text: found, next: GO_ON }
  }
  const catalogue = await readCatalogue(home.models)
  const cost = await expectedCost(batches.db, { ...result, lane: 'batch' }, catalogue)
  return { kind: result.kind, ...describeResubmission({ ...result, named, cost, isBilled }) }
}

async function cancelIt({ batch: id }: { batch: string }, context: BatchContext): Promise<ActionOutcome> {
  const batch = await cancelBatch(id, context)
  const done = `${batch.requests_completed} of ${formatCountOf(batch.requests_total, 'request')} were answered so far`
  return {
    kind: 'cancelled',
    text: `Batch ${id} is ${batch.status}; ${done}.`,
    next: 'Take them in with: hemline materialize --wait',
  }
}

async function retryIt({ reason }: { reason?: string | undefined }, db: Db): Promise<ActionOutcome> {
  const requests = await retryFailedRequests(db, reason)
  if (requests === 0) return { kind: 'nothing', text: nothingFailed(reason) }
  const text = `${formatCountOf(requests, 'request waits', 'requests wait')} to be asked again.`
  return { kind: 'pending', text, next: 'Ask with: hemline materialize' }
}
