import { access } from 'node:fs/promises'
import { rejectBatch } from '../../data/records/batch-progress.js'
import { type BatchRecord, getBatch } from '../../data/records/batches.js'
import { type Part, getPart } from '../../data/records/parts.js'
import { countUnansweredOfPart } from '../../data/records/requests.js'
import { HemlineError } from '../errors.js'
import { type ProviderBatch, ProviderError } from '../provider/provider.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { getBatchMeant } from './meant.js'
import { recordSeen } from './poll.js'
import { resultPaths } from './result-paths.js'
import { recordAsOpen } from './submit.js'

/**
 * `found`: the last look found the batch, so it is on record as open or ended, and nothing is sent again. `unconfirmed`:
 * nothing was changed. `given_up`: the record is ended, and the next run sends the requests again. The last two say how
 * many requests are paid for twice if the batch exists after all.
 */
export type Resubmission =
  | { kind: 'found'; batch: BatchRecord }
  | { kind: 'unconfirmed' | 'given_up'; batch: BatchRecord; part: Part; requests: number }

/**
 * Lets a person say that a batch in doubt was never created, or that one which is stuck is lost, so that its requests
 * are sent again. Looks a last time, by id and by key; what is found is adopted instead.
 *
 * @param named  the provider's id of the batch, or the path or file name of its part.
 * @param isConfirmed  whether the person takes the risk to pay twice.
 * @throws HemlineError `not_in_doubt` for a batch that is alive, over, or was never sent; `too_early` while the
 *   provider's list may still lag; `other_account`.
 * @throws ProviderError when the provider cannot be asked just now.
 */
export async function resubmit(
  named: string,
  isConfirmed: boolean,
  context: BatchContext,
): Promise<Resubmission> {
  const batch = await getBatchMeant(context.db, named)
  const isForeign = batch.account_id !== context.accountId
  // Of a batch that exists, "not found" under another key says nothing. One that is not known may be given up.
  if (batch.provider_batch_id !== null) await assertSameAccount(context, batch)
  const doubt = doubtAbout(batch, isForeign)
  const part = await getPart(context.db, batch.part_id)
  if (await lookOnceMore(doubt, batch, part, context)) {
    return { kind: 'found', batch: await getBatch(context.db, batch.id) }
  }
  const requests = await countUnansweredOfPart(context.db, part.id)
  if (!isConfirmed) return { kind: 'unconfirmed', batch, part, requests }
  // A part that was never created is sent as it is. Of the others the file may be gone, too, or some lines be answered.
  await rejectBatch(context.db, batch, givenUp[doubt], doubt === 'creation', context.clock.now())
  return { kind: 'given_up', batch, part, requests }
}

/** What is not known: whether it was created, where the batch is, or where its results are. */
type Doubt = 'creation' | 'batch' | 'results'

const givenUp: Record<Doubt, string> = {
  creation: 'given up by a person: it was never created',
  batch: 'given up by a person: the batch is lost',
  results: 'given up by a person: its results are lost',
}

/** @param isForeign  it was begun with another key, without which it cannot go on. */
function doubtAbout(batch: BatchRecord, isForeign: boolean): Doubt {
  const isBegun = batch.state === 'intended' || batch.state === 'uploaded'
  if (batch.state === 'held' || (isBegun && (isForeign || batch.create_sent_at !== null))) return 'creation'
  if (batch.state === 'open' && batch.is_stuck === 1) return 'batch'
  if (batch.state === 'ended') return 'results'
  const name = batch.provider_batch_id ?? batch.key
  const word = batch.state === 'open' ? `alive at the provider (${batch.status})` : batch.state
  throw new HemlineError({
    code: 'not_in_doubt',
    message: `batch "${name}" is ${word}, so it is not sent again`,
    hint:
      batch.state === 'open'
        ? `Wait for it with \`hemline materialize --wait\`, or end it with \`hemline cancel ${name}\`.`
        : 'What is left to do is done by: hemline materialize',
  })
}

/** Whether the provider has it after all; then that is on record. */
async function lookOnceMore(
  doubt: Doubt,
  batch: BatchRecord,
  part: Part,
  context: BatchContext,
): Promise<boolean> {
  if (doubt === 'results') return refuseIfResultsAreThere(batch, part, context)
  if (doubt === 'batch') {
    const seen = await orUndefinedIfGone(
      context.provider.retrieveBatch(batch.provider_batch_id!, context.signal),
    )
    if (seen) {
      await recordSeen(batch, seen, 0, context)
      return (await getBatch(context.db, batch.id)).is_stuck === 0
    }
  }
  const seen = await findByKey(batch, context)
  if (seen) await recordAsOpen(part, batch, seen, 'batch.adopted', context)
  return seen !== undefined
}

async function findByKey(batch: BatchRecord, context: BatchContext): Promise<ProviderBatch | undefined> {
  const { provider, clock, signal } = context
  const shownAt = Date.parse(batch.create_sent_at ?? batch.intended_at) + provider.listLagMs
  if (clock.now().getTime() < shownAt) {
    throw new HemlineError({
      code: 'too_early',
      message: `the creation was sent at ${batch.create_sent_at}, and the provider's list may not show it before ${new Date(shownAt).toISOString()}`,
      hint: '`hemline materialize --wait` watches the list, adopts the batch, or sends the part again.',
    })
  }
  try {
    return await provider.findBatch({ key: batch.key, inputFileId: batch.input_file_id! }, signal)
  } catch (error) {
    // It is held because the list is refused: only the person can know.
    if (error instanceof ProviderError && !error.isPassing) return undefined
    throw error
  }
}

/** Never true: results that are there are taken in by the next run, whatever kept the last one from it. */
async function refuseIfResultsAreThere(
  batch: BatchRecord,
  part: Part,
  context: BatchContext,
): Promise<false> {
  const paths = resultPaths(part.path)
  const files = [
    { id: batch.output_file_id, path: paths.output },
    { id: batch.error_file_id, path: paths.error },
  ]
  for (const { id, path } of files) {
    if (id === null || (await exists(context.pathOf(path)))) continue
    if (!(await orUndefinedIfGone(context.provider.retrieveFile(id, context.signal)))) return false
  }
  throw new HemlineError({
    code: 'not_in_doubt',
    message: `batch "${batch.provider_batch_id}" is over and its results are there, so it is not sent again`,
    hint: 'Take them in with: hemline materialize',
  })
}

async function orUndefinedIfGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ProviderError && error.code === 'provider_not_found') return undefined
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
