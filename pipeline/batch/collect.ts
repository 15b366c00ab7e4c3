import { access } from 'node:fs/promises'
import { createArtifact } from '../../data/artifacts.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { sumChargesOfBatch } from '../../data/records/charges.js'
import { recordCollected } from '../../data/records/batch-progress.js'
import { findSent, settleLines } from '../../data/records/outcomes.js'
import { recordDoubt } from '../../data/records/batch-submission.js'
import { type Part, getPart } from '../../data/records/parts.js'
import { markUnaccounted } from '../../data/records/requests.js'
import { HemlineError } from '../errors.js'
import { ProviderError } from '../provider/provider.js'
import type { AnswerRules } from './answer-rules.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { Reconciliation } from './reconciliation.js'
import { resultPaths } from './result-paths.js'
import { settleFile } from './settle-file.js'
import { type Tally, balances } from './tally.js'
import { findUnaccounted } from './unaccounted.js'
import { type TokenSums, usageDifference } from './usage-difference.js'

const CHUNK_LINES = 1_000
const SHOWN_REQUESTS = 10

/**
 * Takes in a batch that is over: downloads its files, matches every line with what was sent, and stores answers,
 * failures, charges and strays. May be repeated after a kill at any point: finished downloads are kept, and lines that
 * are stored already change nothing.
 *
 * @throws ProviderError when a download fails; the batch stays `ended` and is collected by the next run.
 * @throws HemlineError `results_gone` when the provider does not have a file any more.
 * @throws HemlineError `accounts_do_not_balance` when what was sent and what is on record differ; the requests in question
 *   are marked, and the batch stays `ended`.
 */
export async function collectBatch(
  batch: BatchRecord,
  rules: AnswerRules,
  context: BatchContext,
): Promise<Tally> {
  await assertSameAccount(context, batch)
  const part = await getPart(context.db, batch.part_id)
  const reconciliation = new Reconciliation(await findSent(context.db, batch))
  const paths = resultPaths(part.path)
  // Answers first: when a request turns up in both files, the paid answer is the one that counts.
  for (const file of ['output', 'error'] as const) {
    const fileId = file === 'output' ? batch.output_file_id : batch.error_file_id
    if (fileId === null) continue
    const path = context.pathOf(paths[file])
    await download(batch, fileId, path, context)
    await settleFile(file, path, batch, reconciliation, rules, context)
  }
  await settleMissing(batch, reconciliation, context)
  const { tally } = reconciliation
  if (!balances(tally) || tally.sent !== part.requests) throw await unbalanced(batch, part, tally, context)
  await recordCollected(context.db, batch, tally, context.clock.now())
  context.notify({ kind: 'batch.collected', batch: batch.provider_batch_id!, tally })
  await compareUsage(batch, context)
  return tally
}

async function download(
  batch: BatchRecord,
  fileId: string,
  path: string,
  context: BatchContext,
): Promise<void> {
  if (await exists(path)) return
  try {
    await downloadFile(fileId, path, context)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== 'provider_not_found') throw error
    await recordDoubt(context.db, batch.id, error.message)
    throw new HemlineError({
      code: 'results_gone',
      message: error.message,
      hint: `If the file was deleted at the provider, see what asking again costs: hemline resubmit ${batch.provider_batch_id}`,
      cause: error,
    })
  }
}

/** Downloads a file to a path that it takes only once it is whole. */
export async function downloadFile(fileId: string, path: string, context: BatchContext): Promise<void> {
  const artifact = await createArtifact(path)
  try {
    await context.provider.download(fileId, (bytes) => artifact.write(bytes), context.signal)
    await artifact.commit()
  } catch (error) {
    await artifact.discard()
    throw error
  }
}

async function settleMissing(
  batch: BatchRecord,
  reconciliation: Reconciliation,
  context: BatchContext,
): Promise<void> {
  const missing = reconciliation.takeMissing(batch.status ?? '')
  for (let at = 0; at < missing.length; at += CHUNK_LINES) {
    const lines = missing.slice(at, at + CHUNK_LINES)
    await settleLines(context.db, batch, { lines, strays: [] }, context.clock.now())
  }
}

/** Says which requests are not accounted for: those of the tasks file that are not on record as sent, or the reverse. */
async function unbalanced(
  batch: BatchRecord,
  part: Part,
  tally: Tally,
  context: BatchContext,
): Promise<HemlineError> {
  const id = batch.provider_batch_id
  const message = `batch "${id}" was sent with ${part.requests} requests, but they ended as ${JSON.stringify(tally)}`
  const sent = await findSent(context.db, batch)
  const unaccounted = await findUnaccounted(context.pathOf(part.path), sent)
  await markUnaccounted(
    context.db,
    unaccounted,
    `See batch ${id}: it was sent, or is on record as sent, with it.`,
  )
  await recordDoubt(context.db, batch.id, message)
  return new HemlineError({
    code: 'accounts_do_not_balance',
    message: `${message}; not accounted for: ${unaccounted.slice(0, SHOWN_REQUESTS).join(', ') || 'none by name'}`,
    hint: 'The result files are kept in the home; `hemline requests` says "unaccounted" where it does not hold. Please report it.',
  })
}

/** Charges come from the answers, one by one; the provider's own sum can only tell that something is amiss. */
async function compareUsage(batch: BatchRecord, context: BatchContext): Promise<void> {
  if (batch.usage === null) return
  const reported = JSON.parse(batch.usage) as TokenSums
  const sums = await sumChargesOfBatch(context.db, batch.id)
  const charged = {
    inputTokens: sums.input_tokens,
    cachedTokens: sums.cached_tokens,
    outputTokens: sums.output_tokens,
  }
  if (!usageDifference(charged, reported)) return
  context.notify({ kind: 'batch.usage_differs', batch: batch.provider_batch_id!, charged, reported })
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
