import { withoutSync } from '../../data/database.js'
import { readLinesInOrder } from '../../data/lines-in-order.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { type SettledLine, type StrayLine, settleLines } from '../../data/records/outcomes.js'
import type { AnswerRules } from './answer-rules.js'
import type { BatchContext } from './batch-context.js'
import type { Reconciliation } from './reconciliation.js'
import { idInResultLine, readResultLine } from './result-line.js'

const MAX_LINE_BYTES = 16 * 1024 * 1024

/**
 * Stores what the lines of a results file say, some hundred in a transaction: few enough to be gone from memory before they
 * are old. Providers write them in any order; they are stored by the ids of their requests, so that answers go beside their
 * neighbours on disk. May be repeated: what is stored stays.
 */
export async function settleFile(
  file: 'output' | 'error',
  path: string,
  batch: BatchRecord,
  reconciliation: Reconciliation,
  rules: AnswerRules,
  context: BatchContext,
): Promise<void> {
  for await (const some of readLinesInOrder(path, idInResultLine, { maxBytes: MAX_LINE_BYTES })) {
    context.signal.throwIfAborted()
    const lines: SettledLine[] = []
    const strays: StrayLine[] = []
    for (const { line, number } of some) {
      if (line.length === 0) continue
      const { settled, stray } = reconciliation.take(readResultLine(line), rules)
      if (settled) lines.push(settled)
      if (stray) strays.push({ file, line: number, kind: stray, excerpt: line.toString('utf8', 0, 200) })
    }
    // After a power cut the batch is not collected yet, and its file, which is on disk, says the same again.
    await withoutSync(context.db, (db) => settleLines(db, batch, { lines, strays }, context.clock.now()))
  }
}
