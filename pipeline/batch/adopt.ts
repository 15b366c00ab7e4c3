import { basename } from 'node:path'
import {
  type BatchRecord,
  findBatchOfProvider,
  findBatchesInDoubt,
  getBatch,
} from '../../data/records/batches.js'
import { recordAccount } from '../../data/records/batch-submission.js'
import { type Part, getPart } from '../../data/records/parts.js'
import { HemlineError } from '../errors.js'
import { KEY_FIELD, type ProviderBatch, ProviderError } from '../provider/provider.js'
import { type BatchContext, assertSameAccount } from './batch-context.js'
import { getPartNamed } from './meant.js'
import { recordSeen } from './poll.js'
import { recordAsOpen, uploadName } from './submit.js'

/** `adopted`: bound to its part, and polled from now on. `known`: it was on record, and has been looked at again. */
export type Adoption = { kind: 'adopted' | 'known'; part: Part; batch: BatchRecord }

/**
 * Binds a batch that a person found at the provider to the part that it was made of: one whose creation is in doubt, or
 * whose batch on record is stuck. What it was made of is checked there: it carries our key, or its input file is ours by
 * id, or by name and size. Adopting costs nothing and may be repeated. A batch that was sent with another key, and that
 * the provider shows under this one, is of the same project: it is this account's from then on.
 *
 * @param id  the provider's id of the batch.
 * @param partName  the part that it must be of; undefined for whichever it fits.
 * @throws HemlineError `batch_does_not_match` with what was compared, `batch_given_up` when its part was sent anew
 *   because of it, `no_such_part`, `other_account` when this key is of another project.
 * @throws ProviderError when the provider does not know it, or cannot be asked.
 */
export async function adoptBatch(
  id: string,
  partName: string | undefined,
  context: BatchContext,
): Promise<Adoption> {
  const wanted = partName === undefined ? undefined : await getPartNamed(context.db, partName)
  const known = await findBatchOfProvider(context.db, id)
  if (known) return lookAtKnown(known, wanted, context)
  const seen = await context.provider.retrieveBatch(id, context.signal)
  const file = await findInput(seen, context)
  const inDoubt = await findBatchesInDoubt(context.db)
  const compared: Candidate[] = []
  for (const batch of inDoubt) {
    if (wanted && batch.part_id !== wanted.id) continue
    const candidate = { batch, part: await getPart(context.db, batch.part_id) }
    if (isMadeOf(seen, file, candidate)) return bind(seen, candidate, context)
    compared.push(candidate)
  }
  throw doesNotMatch(seen, file, compared, wanted)
}

type Candidate = { batch: BatchRecord; part: Part }
type InputFile = { fileName: string; bytes: number }

async function lookAtKnown(
  known: BatchRecord,
  wanted: Part | undefined,
  context: BatchContext,
): Promise<Adoption> {
  const part = await getPart(context.db, known.part_id)
  const id = known.provider_batch_id!
  if (wanted && wanted.id !== part.id) {
    throw new HemlineError({
      code: 'batch_does_not_match',
      message: `batch "${id}" is on record as that of "${part.path}", not of "${wanted.path}"`,
      hint: `Leave --part away, or name "${part.path}".`,
    })
  }
  if (known.state === 'rejected') {
    throw new HemlineError({
      code: 'batch_given_up',
      message: `batch "${id}" was given up on ${known.ended_at} (${known.because}); its requests go another way since`,
      hint: 'Look at `hemline batches` and `hemline requests`. If it runs at the provider, cancel it there: its answers are asked again.',
    })
  }
  if (known.state === 'open' || known.state === 'ended') {
    const seen = await retrieveKnown(known, context)
    if (seen.inputFileId !== known.input_file_id)
      throw doesNotMatch(seen, undefined, [{ batch: known, part }], part)
    await recordAccount(context.db, known.id, context.accountId)
    await recordSeen(known, seen, 0, context)
  }
  return { kind: 'known', part, batch: await getBatch(context.db, known.id) }
}

/** Under another key, "not found" means that the key is of another project. */
async function retrieveKnown(known: BatchRecord, context: BatchContext): Promise<ProviderBatch> {
  try {
    return await context.provider.retrieveBatch(known.provider_batch_id!, context.signal)
  } catch (error) {
    if (error instanceof ProviderError && !error.isPassing) await assertSameAccount(context, known)
    throw error
  }
}

/** The provider may have lost, or deleted, the file of a batch that it still knows. */
async function findInput(seen: ProviderBatch, context: BatchContext): Promise<InputFile | undefined> {
  try {
    return await context.provider.retrieveFile(seen.inputFileId, context.signal)
  } catch (error) {
    if (error instanceof ProviderError && !error.isPassing) return undefined
    throw error
  }
}

function isMadeOf(seen: ProviderBatch, file: InputFile | undefined, { batch, part }: Candidate): boolean {
  if (seen.metadata[KEY_FIELD] === batch.key || seen.inputFileId === batch.input_file_id) return true
  const names = [uploadName(part, batch), basename(part.path)]
  return file !== undefined && file.bytes === part.bytes && names.includes(file.fileName)
}

async function bind(
  seen: ProviderBatch,
  { batch, part }: Candidate,
  context: BatchContext,
): Promise<Adoption> {
  await recordAccount(context.db, batch.id, context.accountId)
  await recordAsOpen(part, batch, seen, 'batch.adopted', context)
  return { kind: 'adopted', part, batch: await getBatch(context.db, batch.id) }
}

function doesNotMatch(
  seen: ProviderBatch,
  file: InputFile | undefined,
  compared: Candidate[],
  wanted: Part | undefined,
): HemlineError {
  const described = file ? `"${file.fileName}" of ${file.bytes} bytes` : 'no longer there'
  const theirs =
    `batch "${seen.id}" carries the key "${seen.metadata[KEY_FIELD] ?? ''}" ` +
    `and its input file "${seen.inputFileId}" is ${described}`
  const ours = compared.map(
    ({ batch, part }) =>
      `"${part.path}" has the key "${batch.key}" and the input file "${batch.input_file_id ?? ''}" of ${part.bytes} bytes`,
  )
  const none = wanted ? `"${wanted.path}" is not in doubt` : 'no part is in doubt'
  return new HemlineError({
    code: 'batch_does_not_match',
    message: `${theirs}; ${ours.length === 0 ? none : ours.join('; ')}`,
    hint: 'Only a batch that was made of a part in doubt can be adopted; `hemline batches` lists them.',
  })
}
