import { stat } from 'node:fs/promises'
import { rejectBatch } from '../../data/records/batch-progress.js'
import type { BatchRecord } from '../../data/records/batches.js'
import { type Part, withdrawPart } from '../../data/records/parts.js'
import type { BatchContext } from './batch-context.js'

/**
 * Takes back a part of which nothing was sent yet and whose file cannot be what was written: what it would ask is not
 * what is on record, or could never be sent. Its requests wait for another one, and no attempt is counted.
 *
 * @param batch  the intent to send it; undefined where there is none.
 * @returns  whether it did.
 */
export async function withdrawDamaged(
  part: Part,
  batch: BatchRecord | undefined,
  { db, pathOf, clock, notify }: BatchContext,
): Promise<boolean> {
  const damage = await findDamage(pathOf(part.path), part.bytes)
  if (damage === undefined) return false
  const because = `${damage}; its requests are written anew`
  if (batch) await rejectBatch(db, batch, because, false, clock.now())
  else await withdrawPart(db, part.id)
  notify({ kind: 'batch.withdrawn', part: part.path, because })
  return true
}

/** As the words after "because"; undefined when nothing is seen to be wrong. */
async function findDamage(path: string, bytes: number): Promise<string | undefined> {
  try {
    const { size } = await stat(path)
    return size === bytes ? undefined : `its file has ${size} bytes, and was written with ${bytes}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return 'its file is gone'
  }
}
