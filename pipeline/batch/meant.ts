import type { Db } from '../../data/database.js'
import { type BatchRecord, findBatchOfProvider, findBatchesOfPart } from '../../data/records/batches.js'
import { type Part, findPartNamed } from '../../data/records/parts.js'
import { HemlineError } from '../errors.js'

/** The part with this path or file name. @throws HemlineError `no_such_part`. */
export async function getPartNamed(db: Db, name: string): Promise<Part> {
  const part = await findPartNamed(db, name)
  if (part) return part
  throw new HemlineError({
    code: 'no_such_part',
    message: `there is no part "${name}"`,
    hint: '`hemline batches` names the parts in its column "tasks file".',
  })
}

/** The record of a batch at the provider. @throws HemlineError `no_such_batch` when it is none of ours. */
export async function getBatchOfProvider(db: Db, id: string): Promise<BatchRecord> {
  const batch = await findBatchOfProvider(db, id)
  if (batch) return batch
  throw new HemlineError({
    code: 'no_such_batch',
    message: `there is no batch "${id}" on record`,
    hint: '`hemline batches` lists them; one that is at the provider and not on record: `hemline adopt BATCH`.',
  })
}

/** The batch record that a person means by the provider's id of it, or by its part, of which the last one counts. */
export async function getBatchMeant(db: Db, named: string): Promise<BatchRecord> {
  const part = await findPartNamed(db, named)
  if (!part) return getBatchOfProvider(db, named)
  const last = (await findBatchesOfPart(db, part.id)).at(-1)
  if (last) return last
  throw new HemlineError({
    code: 'not_in_doubt',
    message: `the part "${part.path}" was never sent (it is ${part.state})`,
    hint: 'Send it with: hemline materialize',
  })
}
