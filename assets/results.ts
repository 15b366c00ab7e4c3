import { type BatchRecord, findBatches, findOpenBatches } from '../data/records/batches.js'
import { findUnansweredOfPart } from '../data/records/calls.js'
import { getPart } from '../data/records/parts.js'
import { countCancelledRequests } from '../data/records/requests.js'
import { sumCommitted } from '../data/records/spending.js'
import type { AnswerRules } from '../pipeline/batch/answer-rules.js'
import type { BatchContext } from '../pipeline/batch/batch-context.js'
import { collectBatch } from '../pipeline/batch/collect.js'
import { dueAt, pollOpenBatches } from '../pipeline/batch/poll.js'
import { askRequests } from '../pipeline/calls/ask-requests.js'
import { type Outcome, done, held, waiting } from '../pipeline/engine/asset.js'
import { ProviderError } from '../pipeline/provider/provider.js'
import { defineAsset } from './fashion-kit.js'
import { overBudget, periodsOf } from './request/budget.js'
import { versionOfResults } from './request/versions.js'
import { submittedBatch } from './submitted-batch.js'

/** The answers of every batch that is over, matched line by line with what was sent. */
export const results = defineAsset({
  key: 'results',
  describe: 'The answers, checked and booked; what failed, with the reason.',
  codeVersion: '1',
  needs: { submitted: submittedBatch },

  async pending(db) {
    const { length } = await findBatches(db, ['open', 'ended'])
    if (length === 0) return undefined
    return length === 1 ? '1 batch is not collected yet' : `${length} batches are not collected yet`
  },

  async materialize(_inputs, context) {
    const { db } = context
    const step = await settle(context)
    if (step) return step
    const cancelled = await countCancelledRequests(db)
    const { dataVersion, states } = await versionOfResults(db)
    return done({ dataVersion, metadata: { ...states, cancelled } })
  },
})

type Context = Parameters<typeof results.materialize>[1]

/** Polls, collects, and says how long to wait; undefined once the answers at hand may be passed on. */
async function settle(context: Context): Promise<Outcome<never> | undefined> {
  const { db, home, pollIntervalMs } = context
  if ((await findBatches(db, ['open', 'ended'])).length === 0) return undefined
  const batchContext = { ...context, ...(await context.connect()), pathOf: home.pathOf }
  const later = await askOneByOne(context, batchContext)
  await pollOpenBatches(pollIntervalMs, batchContext)

  const ended = await findBatches(db, ['ended'])
  const failures: unknown[] = []
  for (const batch of ended) {
    // One batch that cannot be taken in must not keep the others from it.
    try {
      await collectBatch(batch, await rulesOf(batch, context), batchContext)
    } catch (error) {
      context.signal.throwIfAborted()
      failures.push(error)
    }
  }
  // What was collected is passed on, whatever else is still at the provider: where pictures keep coming, something always
  // is. And it made room: the next round submits the parts that waited for it.
  if (ended.length > failures.length) return undefined
  return later ?? nextStep(await findOpenBatches(db, 'at_provider'), failures, context)
}

async function rulesOf(
  { part_id: partId, lane }: BatchRecord,
  { db, catalogue }: Context,
): Promise<AnswerRules> {
  const { rulesOfPart } = await import('./request/rules-of-part.js')
  return rulesOfPart(db, { partId, lane }, catalogue)
}

/** Asks what is asked from here; says how long to wait where the provider wants that, or what the run's budget is too small for. */
async function askOneByOne(
  context: Context,
  batchContext: BatchContext,
): Promise<Outcome<never> | undefined> {
  let next: { at: Date; because: string } | undefined
  const batches = await findOpenBatches(context.db, 'here')
  const over = await overRunBudget(batches, context)
  if (over) return held(over.because, over.hint)
  for (const batch of batches) {
    const rules = await rulesOf(batch, context)
    const asked = await askRequests(batch, rules, context.sending.callsAtOnce, batchContext)
    if (asked.kind === 'later') next ??= asked
  }
  return next && waiting(next.at, next.because)
}

/**
 * Why the run may not ask what another one began to: its price is this one's to pay. What the run itself began counted before it
 * did; and of a day and a month it counts since it was begun, whoever did.
 */
async function overRunBudget(
  batches: readonly BatchRecord[],
  { db, sending, settings, catalogue, clock }: Context,
): Promise<{ because: string; hint: string } | undefined> {
  const { run } = sending.budget
  const earlier = batches.filter((batch) => run && batch.intended_at < run.since.toISOString())
  if (!run || earlier.length === 0) return undefined
  const { expectedCost } = await import('./request/expected-cost.js')
  const left = { costNanoUsd: 0, wantedNanoUsd: 0, requests: 0 }
  for (const { part_id: partId, lane } of earlier) {
    const { size: requests } = await findUnansweredOfPart(db, partId)
    const wanted = { part: await getPart(db, partId), requests, lane }
    const { costNanoUsd } = await expectedCost(db, wanted, catalogue)
    left.requests += requests
    left.costNanoUsd += costNanoUsd
    left.wantedNanoUsd += costNanoUsd
  }
  const [period] = periodsOf({ run, dayNanoUsd: undefined, monthNanoUsd: undefined }, clock.now())
  return overBudget(period!, await sumCommitted(db, run.since, settings.provider === 'local'), left)
}

/** Goes on while anything moves; then what failed is thrown, and what only a person can move is held. */
function nextStep(
  open: BatchRecord[],
  failures: unknown[],
  { clock, pollIntervalMs }: Context,
): Outcome<never> | undefined {
  const lasting = failures.find((error) => !(error instanceof ProviderError && error.isPassing))
  const moving = open.filter((batch) => batch.is_stuck === 0)
  if (moving.length > 0) return waitingFor(moving, pollIntervalMs, clock.now())
  if (lasting !== undefined) throw lasting
  const passing = failures[0] as Error | undefined
  if (passing) return waiting(new Date(clock.now().getTime() + pollIntervalMs), passing.message)
  const stuck = open[0]
  return (
    stuck &&
    held(
      stuck.because ?? 'a batch does not move',
      'See `hemline batches` for what to type; every run looks again.',
    )
  )
}

function waitingFor(open: BatchRecord[], pollIntervalMs: number, now: Date): Outcome<never> {
  const polls = open.map((batch) => dueAt(batch, pollIntervalMs, now).getTime())
  const total = open.reduce((sum, batch) => sum + batch.requests_total, 0)
  const completed = open.reduce((sum, batch) => sum + batch.requests_completed, 0)
  const batches = open.length === 1 ? `batch ${open[0]!.provider_batch_id}` : `${open.length} batches`
  return waiting(
    new Date(Math.min(...polls)),
    `${batches} at the provider: ${completed} of ${total} requests done`,
  )
}
