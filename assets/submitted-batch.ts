import type { Db } from '../data/database.js'
import { findBatches } from '../data/records/batches.js'
import { forgetOldLimits } from '../data/records/learned-limits.js'
import {
  type Part,
  countUnsubmittedParts,
  findBegunParts,
  findParts,
  findUncreatedParts,
} from '../data/records/parts.js'
import { sumCommitted } from '../data/records/spending.js'
import type { Lane } from '../data/schema/batch-tables.js'
import type { BatchContext } from '../pipeline/batch/batch-context.js'
import type { Submission } from '../pipeline/batch/submit.js'
import { hasRoom } from '../pipeline/batch/window.js'
import type { Clock } from '../pipeline/clock.js'
import { type AheadContext, type Outcome, done, held, waiting } from '../pipeline/engine/asset.js'
import { ProviderError } from '../pipeline/provider/provider.js'
import { type FashionResources, defineAsset } from './fashion-kit.js'
import { overBudget, periodsOf } from './request/budget.js'
import { chooseLane } from './request/choose-lane.js'
import type { ExpectedCost } from './request/expected-cost.js'
import { versionOfSubmitted } from './request/versions.js'
import { tasksFile } from './tasks-file.js'

type Metadata = { submitted: number; requests: number; waiting_for_room: number }

/** Each part at the provider, as one batch. Never waits for a batch to finish. */
export const submittedBatch = defineAsset({
  key: 'submitted_batch',
  describe: 'Every part of the tasks file, sent to the provider once.',
  codeVersion: '1',
  needs: { tasks: tasksFile },

  async pending(db) {
    const parts = await countUnsubmittedParts(db)
    if (parts === 0) return undefined
    return parts === 1 ? '1 part is not submitted yet' : `${parts} parts are not submitted yet`
  },

  /**
   * Sends the parts that are on record while later ones are written. With the first that is not taken at once it has
   * enough: the step itself has the patience. Nor does it begin while it depends on what is still to come whether anything is sent, and
   * how: of a run's own budget all that it sends counts; what a limit leaves, after a kill, is known by tasks files that are
   * done; and few requests may go another way.
   */
  async workAhead(context) {
    const { db, sending, sentAhead, allowance } = context
    if (sending.budget.run || allowance.requests !== Infinity) return 'enough'
    const wanted = await wantedParts(await findParts(db, 'built'), context)
    if (wanted.some(({ lane }) => lane !== 'batch')) return
    const send = sender(wanted, context)
    for (const each of wanted) {
      const sent = await send(each)
      if (sent.kind === 'refused') throw sent.error
      if (sent.kind === 'no_room' || sent.kind === 'withdrawn') continue
      if (sent.kind !== 'open') return 'enough'
      sentAhead.batches++
      sentAhead.requests += each.part.requests
    }
  },

  async materialize(_inputs, context): Promise<Outcome<Metadata>> {
    const { db, clock, sentAhead } = context
    await forgetOldLimits(db, clock.now())
    const wanted = await wantedParts(await findParts(db, 'built'), context)
    const metadata = { submitted: sentAhead.batches, requests: sentAhead.requests, waiting_for_room: 0 }
    Object.assign(sentAhead, { batches: 0, requests: 0 })
    const unfinished: Unfinished[] = []
    const send = sender(wanted, context)
    for (const each of wanted) {
      const sent = await send(each)
      if (sent.kind === 'withdrawn') continue
      if (sent.kind === 'no_room') metadata.waiting_for_room++
      else if (sent.kind !== 'open' && sent.kind !== 'asked') unfinished.push(sent)
      else {
        metadata.requests += each.part.requests
        if (sent.kind === 'open') metadata.submitted++
      }
    }
    return (
      (await leftOver(unfinished, context)) ?? done({ dataVersion: await versionOfSubmitted(db), metadata })
    )
  },
})

/** `asked`: one by one, from here. */
type Sent = { kind: 'open' } | { kind: 'withdrawn' } | { kind: 'asked' } | { kind: 'no_room' } | Unfinished
type Unfinished =
  | Exclude<Submission, { kind: 'open' } | { kind: 'withdrawn' }>
  | { kind: 'refused'; error: unknown }
  | { kind: 'over_budget'; because: string; hint: string }

/** Sends one part after the other, each as far as the budgets and the provider's window let it. */
function sender(wanted: readonly WantedPart[], context: Context): (each: WantedPart) => Promise<Sent> {
  const unsent = new Set(wanted.filter(({ isBegun, isOwed }) => !isBegun || isOwed))
  let connection: ReturnType<Context['connect']> | undefined
  return async (each) => {
    const { part, lane, expected } = each
    const over = unsent.has(each) ? await findOverBudget(each, [...unsent], context) : undefined
    if (over) return { kind: 'over_budget', ...over }
    connection ??= context.connect()
    const batchContext = { ...context, ...(await connection), pathOf: context.home.pathOf }
    if (lane !== 'batch') {
      const { openCalls } = await import('../pipeline/calls/open-calls.js')
      const kind = await openCalls(part, lane, expected.costNanoUsd, batchContext)
      unsent.delete(each)
      return { kind }
    }
    if (!(await hasRoom(part, context.settings.enqueued_tokens ?? undefined, batchContext))) {
      return { kind: 'no_room' }
    }
    const submission = await trySubmit(part, expected.costNanoUsd, batchContext)
    // From here on its intent is on record, and counts as what is under way.
    if (submission.kind !== 'refused') unsent.delete(each)
    return submission
  }
}

/** `isOwed`: another run began it, and its price is this one's to pay. */
type WantedPart = { part: Part; lane: Lane; expected: ExpectedCost; isBegun: boolean; isOwed: boolean }
type Context = FashionResources & AheadContext

/**
 * How each part is sent, and what that is expected to cost. One that was begun goes on as it was. What went ahead counts
 * where it matters how many they are.
 */
async function wantedParts(
  parts: readonly Part[],
  { db, sending, sentAhead, catalogue }: Context,
): Promise<WantedPart[]> {
  const { expectedCost } = await import('./request/expected-cost.js')
  const begun = await findBegunParts(db)
  const owed = sending.budget.run ? await findUncreatedParts(db, sending.budget.run.since) : new Set<number>()
  const unsent = parts.filter(({ id }) => !begun.has(id))
  const requests = unsent.reduce((sum, part) => sum + part.requests, sentAhead.requests)
  return Promise.all(
    parts.map(async (part) => {
      const isBegun = begun.has(part.id)
      const lane = isBegun ? 'batch' : chooseLane(sending.method, requests)
      const wanted = { part, requests: part.requests, lane }
      const expected = await expectedCost(db, wanted, catalogue)
      return { part, lane, isBegun, isOwed: owed.has(part.id), expected }
    }),
  )
}

/**
 * Of a run's own budget all that it would send counts: a part of it alone is not what was asked for. What another run began
 * counts there alone: of a day and a month it counts since it was begun.
 *
 * @param unsent  what the run has not spent yet, the part itself among it.
 */
async function findOverBudget(
  { expected, isBegun }: WantedPart,
  unsent: readonly WantedPart[],
  { db, settings, sending, clock }: Context,
): Promise<{ because: string; hint: string } | undefined> {
  const wantedNanoUsd = unsent.reduce((sum, each) => sum + each.expected.costNanoUsd, 0)
  const requests = unsent.reduce((sum, each) => sum + each.part.requests, 0)
  for (const period of periodsOf(sending.budget, clock.now())) {
    if (isBegun && !period.isWhole) continue
    const spent = await sumCommitted(db, period.since, settings.provider === 'local')
    const costNanoUsd = period.isWhole ? wantedNanoUsd : expected.costNanoUsd
    const over = overBudget(period, spent, { costNanoUsd, wantedNanoUsd, requests })
    if (over) return over
  }
  return undefined
}

/** One part that is refused must not keep the others from the provider. */
async function trySubmit(
  part: Part,
  expectedNanoUsd: number,
  context: BatchContext,
): Promise<Submission | Unfinished> {
  const { submitPart } = await import('../pipeline/batch/submit.js')
  try {
    return await submitPart(part, context, expectedNanoUsd)
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return { kind: 'refused', error }
  }
}

/** A longer wait than this is not worth keeping finished batches uncollected for. */
const SHORT_WAIT_MS = 60_000

/**
 * What becomes of a run in which some parts are not at the provider. Nothing of it keeps the results of others from being
 * collected: as long as any batch is there, only a short wait (for a batch whose creation was not answered) goes before.
 * Parts without room are in no hurry: they are sent in the round that follows the results of others.
 */
async function leftOver(
  unfinished: Unfinished[],
  { db, clock }: { db: Db; clock: Clock },
): Promise<Outcome<never> | undefined> {
  const hasOthers = (await findBatches(db, ['open', 'ended'])).length > 0
  const later = unfinished.filter((submission) => submission.kind === 'later')
  const next = later.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0]
  const isShort = next !== undefined && next.at.getTime() - clock.now().getTime() <= SHORT_WAIT_MS
  if (next && (isShort || !hasOthers)) return waiting(next.at, next.because)
  if (hasOthers) return undefined
  const refused = unfinished.find((submission) => submission.kind === 'refused')
  if (refused) throw refused.error
  const over = unfinished.find((submission) => submission.kind === 'over_budget')
  if (over) return held(over.because, over.hint)
  const inDoubt = unfinished.find((submission) => submission.kind === 'held')
  if (!inDoubt) return undefined
  return held(
    inDoubt.because,
    'See `hemline batches` for what to type; when the cause is mended, run the same command again.',
  )
}
