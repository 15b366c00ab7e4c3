import * as z from 'zod'
import { RespondError } from './respond.js'

/** The one endpoint that batches can use on this server. */
const BATCH_ENDPOINT = '/v1/chat/completions'

const metadataSchema = z
  .record(z.string().max(64), z.string().max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, 'expected at most 16 pairs')

/** How long files may be kept: an hour to 30 days (OpenAPI document, `FileExpirationAfter`). */
export const expiresAfterSchema = z.strictObject({
  anchor: z.literal('created_at'),
  seconds: z.number().int().min(3600).max(2_592_000),
})

const batchRequestSchema = z.strictObject({
  input_file_id: z.string().min(1),
  endpoint: z.literal(BATCH_ENDPOINT),
  completion_window: z.literal('24h'),
  metadata: metadataSchema.nullish(),
  output_expires_after: expiresAfterSchema.nullish(),
})

/** What a client asks for when it creates a batch. */
export type BatchRequest = z.infer<typeof batchRequestSchema>

/** @throws RespondError 400 that names the first parameter that is missing, unknown or wrong. */
export function readBatchRequest(body: unknown): BatchRequest {
  const read = batchRequestSchema.safeParse(body, { reportInput: true })
  if (read.success) return read.data
  throw toRespondError(read.error)
}

/**
 * The first issue that zod found, in the API's words.
 *
 * @param parent  the parameter that was parsed; not given when it was the whole body.
 */
export function toRespondError(error: z.ZodError, parent?: string): RespondError {
  const [issue] = error.issues
  const path = [parent, ...(issue?.path ?? [])].filter((step) => step !== undefined).join('.')
  if (issue?.code === 'unrecognized_keys') {
    const param = [path, issue.keys[0]].filter(Boolean).join('.')
    return invalid('unknown_parameter', `Unknown parameter: '${param}'.`, param)
  }
  if (issue !== undefined && path !== '' && issue.input === undefined) {
    return invalid('missing_required_parameter', `Missing required parameter: '${path}'.`, path)
  }
  const where = path === '' ? 'the body of the request' : `'${path}'`
  return invalid('invalid_value', `Invalid value for ${where}: ${issue?.message}.`, path || null)
}

function invalid(code: string, message: string, param: string | null): RespondError {
  return new RespondError({ status: 400, code, message, param })
}
