import { readLines } from '../../data/jsonl.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { type SettledLine, type StrayLine, settleLines } from '../../data/records/outcomes.js'
import type { AnswerRules } from './answer-rules.js'
import type { BatchContext } from './batch-context.js'
import type { Reconciliation } from './reconciliation.js'
import { readResultLine } from './result-line.js'

const CHUNK_LINES = 1_000
const MAX_LINE_BYTES = 16 * 1024 * 1024

/** Stores what the lines of a results file say, a thousand in a transaction. May be repeated: what is stored stays. */
export async function settleFile(
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
