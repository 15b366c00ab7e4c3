import { readLinesInOrder } from '../../data/lines-in-order.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { type SettledLine, type StrayLine, settleLines } from '../../data/records/outcomes.js'
import type { AnswerRules } from './answer-rules.js'
import type { BatchContext } from './batch-context.js'
import type { Reconciliation } from './reconciliation.js'
import { idInResultLine, readResultLine } from './result-line.js'

/** Few enough to be held in some megabytes, and many enough for the wait for the disk not to count. */
const CHUNK_LINES = 2_000
const MAX_LINE_BYTES = 16 * 1024 * 1024

/**
 * Stores what the lines of a results file say, two thousand in a transaction. Providers write them in any order; they are
 * stored by the ids of their requests, so that answers go beside their neighbours on disk. May be repeated: what is stored
 * stays.
 */
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
    await settleLines(context.db, batch, { lines, strays }, context.clock.now())
    ;[lines, strays] = [[], []]
  }
  for await (const some of readLinesInOrder(path, idInResultLine, { maxBytes: MAX_LINE_BYTES })) {
    context.signal.throwIfAborted()
    for (const { line, number } of some) {
      if (line.length === 0) continue
      const { settled, stray } = reconciliation.take(readResultLine(line), rules)
      if (settled) lines.push(settled)
      if (stray) strays.push({ file, line: number, kind: stray, excerpt: line.toString('utf8', 0, 200) })
    }
    if (lines.length + strays.length >= CHUNK_LINES) await store()
  }
  await store()
}
