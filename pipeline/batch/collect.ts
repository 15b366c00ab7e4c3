import { access } from 'node:fs/promises'
import { createArtifact } from '../../data/artifacts.js'
import { readLines } from '../../data/jsonl.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { recordCollected } from '../../data/records/batch-progress.js'
import { type SettledLine, type StrayLine, findSent, settleLines } from '../../data/records/outcomes.js'
import { getPart } from '../../data/records/parts.js'
import { HemlineError } from '../errors.js'
import type { AnswerRules } from './answer-rules.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { Reconciliation } from './reconciliation.js'
import { resultPaths } from './result-paths.js'
import { readResultLine } from './result-line.js'
import { type Tally, balances } from './tally.js'

const CHUNK_LINES = 1_000
const MAX_LINE_BYTES = 16 * 1024 * 1024

/**
 * Takes in a batch that is over: downloads its files, matches every line with what was sent, and stores answers,
 * failures, charges and strays. May be repeated after a kill at any point: finished downloads are kept, and lines that
 * are stored already change nothing.
 *
 * @throws ProviderError when a download fails; the batch stays `ended` and is collected by the next run.
 * @throws HemlineError `accounts_do_not_balance` when a request ended in no outcome, or in two.
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
    await download(fileId, path, context)
    await settleFile(file, path, batch, reconciliation, rules, context)
  }
  await settleMissing(batch, reconciliation, context)
  return finish(batch, part.requests, reconciliation.tally, context)
}

async function download(fileId: string, path: string, context: BatchContext): Promise<void> {
  if (await exists(path)) return
  const artifact = await createArtifact(path)
  try {
    await context.provider.download(fileId, (bytes) => artifact.write(bytes), context.signal)
    await artifact.commit()
  } catch (error) {
    await artifact.discard()
    throw error
  }
}

async function settleFile(
  file: 'output' | 'error',
  path: string,
  batch: BatchRecord,
  reconciliation: Reconciliation,
  rules: AnswerRules,
  context: BatchContext,
): Promise<void> {
  let lines: SettledLine[] = []
  let strays: StrayLine[] = []
  const store = async (): Promise<void> => {
    // By id, so that answers are written beside their neighbours.
    lines.sort((a, b) => a.requestId - b.requestId)
    await settleLines(context.db, batch, { lines, strays }, context.clock.now())
    ;[lines, strays] = [[], []]
  }
  for await (const { line, number } of readLines(path, { maxBytes: MAX_LINE_BYTES })) {
    if (line.length === 0) continue
    const { settled, stray } = reconciliation.take(readResultLine(line), rules)
    if (settled) lines.push(settled)
    if (stray) strays.push({ file, line: number, kind: stray, excerpt: line.toString('utf8', 0, 200) })
    if (lines.length + strays.length >= CHUNK_LINES) await store()
    context.signal.throwIfAborted()
  }
  await store()
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

async function finish(batch: BatchRecord, sent: number, tally: Tally, context: BatchContext): Promise<Tally> {
  if (!balances(tally) || tally.sent !== sent) {
    throw new HemlineError({
      code: 'accounts_do_not_balance',
      message: `batch "${batch.provider_batch_id}" was sent with ${sent} requests, but they ended as ${JSON.stringify(tally)}`,
      hint: 'The result files are kept in the home; please report this with the output of `hemline requests --json`.',
    })
  }
  await recordCollected(context.db, batch, tally, context.clock.now())
  context.notify({ kind: 'batch.collected', batch: batch.provider_batch_id!, tally })
  return tally
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
