import { inspect } from 'node:util'
import { HemlineError } from '../errors.js'
import type { Metadata, Outcome } from './asset.js'

const MAX_METADATA_BYTES = 16_384

/**
 * The data version and metadata of a node as they are recorded. What comes back from a card is checked before it is
 * stored, because a bad version would make everything below it run for ever or never.
 *
 * @returns  the metadata as JSON text, without fields that are undefined.
 * @throws HemlineError `bad_outcome`
 */
export function checkVersion(key: string, made: { dataVersion: string; metadata: unknown }): CheckedVersion {
  const { dataVersion, metadata } = made
  if (typeof dataVersion !== 'string' || dataVersion === '') {
    throw badOutcome(key, `the data version ${inspect(dataVersion)}, which is not a text`)
  }
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw badOutcome(key, `the metadata ${inspect(metadata)}, which is not an object`)
  }
  const metadataJson = JSON.stringify(metadata, (name: string, value: unknown) => {
    if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) {
      throw badOutcome(key, `${String(value)} as "${name}" of its metadata, which JSON cannot hold`)
    }
    return value
  })
  const bytes = Buffer.byteLength(metadataJson)
  if (bytes > MAX_METADATA_BYTES) {
    throw badOutcome(key, `${bytes} bytes of metadata, more than ${MAX_METADATA_BYTES}`)
  }
  return { dataVersion, metadataJson, metadata: JSON.parse(metadataJson) as Metadata }
}

export type CheckedVersion = { dataVersion: string; metadataJson: string; metadata: Metadata }

/** @throws HemlineError `bad_outcome` for what is none of the outcomes. */
export function checkOutcome(key: string, outcome: Outcome<unknown> | undefined): Outcome<unknown> {
  switch (outcome?.kind) {
    case 'done':
    case 'held':
      return outcome
    case 'waiting':
      if (Number.isFinite(outcome.until.getTime())) return outcome
      throw badOutcome(key, 'an invalid date to wait for')
    default:
      throw badOutcome(key, `${inspect(outcome)}, which is no outcome`)
  }
}

function badOutcome(key: string, what: string): HemlineError {
  return new HemlineError({
    code: 'bad_outcome',
    message: `"${key}" returned ${what}`,
    hint: `Mend the asset: it returns done(...), waiting(...) or held(...); metadata is a small JSON object.`,
  })
}
