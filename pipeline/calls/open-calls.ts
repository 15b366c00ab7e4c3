import { createHash } from 'node:crypto'
import { insertOwnBatch } from '../../data/records/calls.js'
import type { Part } from '../../data/records/parts.js'
import type { BatchContext } from '../batch/batch-context.js'
import { refuseSentPart } from '../batch/database-behind.js'
import { notePath } from '../batch/note-name.js'
import { withdrawDamaged } from '../batch/part-file.js'
import { noteLane } from '../batch/part-note.js'

/**
 * Decides that the requests of a built part are asked one by one from here. Nothing is sent yet. Repeating it after a kill
 * is safe: a part has at most one live batch. A part whose file is not what was written is taken back instead.
 *
 * @param lane  `flex` is cheaper and slower, where the model has it.
 * @param estimatedCost  of all its requests, in nano-dollars.
 * @throws HemlineError `database_behind` when they were asked, and the database is too old to know.
 */
export async function openCalls(
  part: Part,
  lane: 'individual' | 'flex',
  estimatedCost: number,
  context: BatchContext,
): Promise<'asked' | 'withdrawn'> {
  const now = context.clock.now()
  await refuseSentPart(part.path, context)
  if (await withdrawDamaged(part, undefined, context)) return 'withdrawn'
  await noteLane(context.pathOf(notePath(part.path)), lane)
  const key = createHash('sha256')
    .update(JSON.stringify([part.sha256, context.accountId, now.toISOString()]))
    .digest('hex')
    .slice(0, 24)
  const { id: partId, requests } = part
  const { accountId } = context
  await insertOwnBatch(context.db, { partId, accountId, lane, key, requests, estimatedCost }, now)
  context.notify({ kind: 'calls.opened', batch: `calls_${key}`, part: part.path, requests })
  return 'asked'
}
