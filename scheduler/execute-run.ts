import { fashionGraph } from '../assets/list.js'
import { withdrawUnsentParts } from '../assets/request/plan-requests.js'
import type { Settings } from '../assets/settings.js'
import { tasksFile } from '../assets/tasks-file.js'
import type { Catalogue } from '../data/catalogue/catalogue.js'
import { shutdownOf } from '../data/catalogue/shutdown.js'
import type { Db } from '../data/database.js'
import type { Home } from '../data/home.js'
import { countBatches } from '../data/records/batches.js'
import { type ChargeSum, sumCharges } from '../data/records/charges.js'
import { countRequestsOfRun, listMaterializations } from '../data/records/materializations.js'
import {
  type Run,
  type RunTerms,
  findRun,
  findRunLike,
  isRunLike,
  listRuns,
  requeueRun,
  stoppedStates,
} from '../data/records/runs.js'
import type { Clock } from '../pipeline/clock.js'
import { type RunResult, materialize } from '../pipeline/engine/materialize.js'
import { selectionText } from '../pipeline/engine/run-life.js'
import { select } from '../pipeline/engine/selection.js'
import { HemlineError } from '../pipeline/errors.js'
import type { Connect } from './connect.js'
import type { ProgressEvent } from './progress.js'
import { type SendingOfRun, type SendingSections, settleSending } from './sending.js'

/** What a run is to do. */
export type WantedRun = {
  /** Keys, or a selection as typed. */
  selection: readonly string[]
  /** A run on record that is gone on with; without, one that waits for the same on the same terms is. */
  runId?: number
  except?: ReadonlySet<string>
  observes: boolean
  isForced: boolean
  waits: boolean
  /** When it is stopped it goes back into the queue, instead of ending. */
  requeues?: boolean
  /** At most so many new requests, from its beginning on; undefined for all. */
  limit: number | undefined
  /** Whether these are taken from all over the pictures, to stand for the others. */
  isSpread?: boolean
  /** How it sends, where the config does not decide. */
  ofRun?: SendingOfRun
  trigger: 'person' | 'clock'
}

/** What a process that holds the lease executes runs with. */
export type Executor = {
  db: Db
  home: Home
  settings: Settings
  catalogue: Catalogue
  sections: SendingSections
  connect: Connect
  pollIntervalMs: number | undefined
  clock: Clock
  signal: AbortSignal
  notify(event: ProgressEvent): void
}

/** How a run ended, and what it did to the ledger. */
export type FinishedRun = RunResult & { submittedBatches: number; spent: ChargeSum; isBilled: boolean }

/** The embedded server is done in seconds, and a poll of it costs nobody anything. */
const POLL_INTERVALS_MS = { openai: 30_000, local: 1_000 }

/** Makes one run over the fashion pipeline, and measures what it did to the ledger. */
export async function executeRun(wanted: WantedRun, executor: Executor): Promise<FinishedRun> {
  const { db, home, settings, catalogue, sections, connect, pollIntervalMs, clock, signal, notify } = executor
  const {
    limit,
    isSpread = false,
    ofRun = { method: undefined, maxCostNanoUsd: undefined },
    ...options
  } = wanted
  const terms = { requestLimit: limit, isSpread, ...ofRun }
  const before = await ledgerOf(db)
  const begun = await findBegun(wanted, terms, executor)
  const since = begun === undefined ? clock.now() : new Date(begun.started_at)
  const built = begun === undefined ? 0 : await countRequestsOfRun(db, begun.id, tasksFile.key)
  if (cutsAnew(wanted)) await withdrawUnsentParts(db, home, built === 0 ? undefined : await lastCutAt(db))
  const result = await materialize({
    ...options,
    ...(begun === undefined ? {} : { runId: begun.id }),
    terms,
    graph: fashionGraph,
    resources: {
      db,
      home,
      settings,
      catalogue,
      connect: () => connect(db),
      pollIntervalMs: pollIntervalMs ?? POLL_INTERVALS_MS[settings.provider],
      allowance: { requests: Math.max(0, (limit ?? Infinity) - built), isSpread },
      sending: settleSending(sections, ofRun, since),
      sentAhead: { batches: 0, requests: 0 },
      notify,
    },
    clock,
    signal,
    onEvent: notify,
  })
  const after = await ledgerOf(db)
  return {
    ...result,
    submittedBatches: after.batches - before.batches,
    spent: difference(after.charges, before.charges),
    isBilled: settings.provider === 'openai',
  }
}

/**
 * The run on record that is gone on with, by whoever: its limit and its budget count from its beginning on. One that has such
 * terms is also gone on with where its process died, or where it was stopped and none came after it: they would be given once more.
 */
async function findBegun(
  { runId, selection }: WantedRun,
  terms: RunTerms,
  { db, clock }: Executor,
): Promise<Run | undefined> {
  if (runId !== undefined) return findRun(db, runId)
  const text = selectionText(fashionGraph, select(fashionGraph, selection))
  const waiting = await findRunLike(db, ['waiting'], text, terms)
  if (waiting || (terms.requestLimit === undefined && terms.maxCostNanoUsd === undefined)) return waiting
  const begun = (await findRunLike(db, ['running'], text, terms)) ?? (await findStopped(db, text, terms))
  if (begun) await requeueRun(db, begun.id, clock.now())
  return begun
}

/** The last of all runs, where it ended before it was done, and after it had cut what it asks. */
async function findStopped(db: Db, selection: string, terms: RunTerms): Promise<Run | undefined> {
  const [last] = await listRuns(db, 1)
  if (!last || !stoppedStates.includes(last.state) || !isRunLike(last, selection, terms)) return undefined
  return (await countRequestsOfRun(db, last.id, tasksFile.key)) > 0 ? last : undefined
}

/**
 * What a run built is part of its limit, and is sent instead of being cut anew; but not what it was building when its process
 * died: that is in no record of a step.
 */
async function lastCutAt(db: Db): Promise<string | undefined> {
  return (await listMaterializations(db, tasksFile.key, 1))[0]?.materialized_at
}

/** Whether a limit is about to be applied to what waits, also to what waits in parts that were never sent. */
function cutsAnew({ limit, observes, selection }: WantedRun): boolean {
  return limit !== undefined && observes && select(fashionGraph, selection).includes(tasksFile.key)
}

/**
 * Whether the model of the settings still answers; the local server answers for every model.
 *
 * @throws HemlineError `model_gone` when it was shut down, with its replacement; DataError `unknown_model`.
 */
export function checkModel({ model, provider }: Settings, catalogue: Catalogue, now: Date): void {
  const shutdown = shutdownOf(catalogue.get(model), now)
  if (!shutdown || shutdown.state === 'near' || provider === 'local') return
  throw new HemlineError({
    code: 'model_gone',
    message: shutdown.sentence,
    hint: `Use another one: --model ${shutdown.replacement}. Answers that you have are kept.`,
  })
}

/** What was sent and spent so far. */
export async function ledgerOf(db: Db): Promise<{ batches: number; charges: ChargeSum }> {
  return { batches: await countBatches(db), charges: await sumCharges(db) }
}

/** What was spent between two looks at the ledger. */
export function difference(after: ChargeSum, before: ChargeSum): ChargeSum {
  const names = Object.keys(after) as (keyof ChargeSum)[]
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as ChargeSum
}
