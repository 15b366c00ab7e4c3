import * as z from 'zod'
import { details } from '../data/catalogue/model-row.js'
import { BATCH_API_LIMITS } from '../pipeline/batch/part-limits.js'

/** What shapes the requests of a home. Pinned in its config, so that a new default never makes old work stale. */
export const settingsSchema = z.strictObject({
  /** A folder, or a manifest in CSV or JSONL; absolute. */
  images: z.string().min(1),
  /** `local` answers come from the embedded server: they are never taken for those of a model. */
  provider: z.enum(['openai', 'local']),
  model: z.string().min(1),
  /** How closely the model looks at a picture; most of the price of a request. */
  detail: z.enum(details),
  profile: z.enum(['original', 'compact']),
  /** Pictures are sent as JPEGs that fit into a square of this side. */
  max_side_px: z.int().min(64).max(4096),
  jpeg_quality: z.int().min(30).max(100),
  /** What one part may hold; lower than the Batch API's own limits where a provider takes less. */
  part_requests: z.int().min(1).max(BATCH_API_LIMITS.requests),
  part_bytes: z.int().min(1).max(BATCH_API_LIMITS.bytes),
  /** The account's limit of enqueued tokens for the model; null when none is known. */
  enqueued_tokens: z.int().min(1).nullable(),
})

export type Settings = z.infer<typeof settingsSchema>
