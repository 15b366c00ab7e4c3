import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { customId } from '../../pipeline/batch/custom-id.js'
import { HemlineError } from '../../pipeline/errors.js'
import { profiles } from '../analysis/profile.js'
import type { Settings } from '../settings.js'

/** Stands where the picture goes; no prompt or schema contains it. */
const PICTURE = '@@picture@@'
const IMAGE_PART = Buffer.from('"type":"image_url"')

/** Everything of a request but its picture: what the model is told, how it answers, and which parameters it takes. */
export function requestBody(settings: Settings, catalogue: Catalogue): Record<string, unknown> {
  const profile = profiles[settings.profile]
  const { parameters } = catalogue.get(settings.model)
  return {
    model: settings.model,
    messages: [
      { role: 'system', content: profile.prompt },
      {
        role: 'user',
        content: [
          {
            type: 'image_url',
            image_url: { url: `data:image/jpeg;base64,${PICTURE}`, detail: settings.detail },
          },
        ],
      },
    ],
    response_format: profile.responseFormat,
    max_completion_tokens: profile.maxCompletionTokens,
    ...(parameters.temperature ? { temperature: 0 } : {}),
    ...(parameters.leastReasoningEffort ? { reasoning_effort: parameters.leastReasoningEffort } : {}),
  }
}

export type LineWriter = (request: { id: number; fingerprint: string }, jpeg: Buffer) => Buffer

/**
 * Serialises the request once, and returns what splices a picture and a custom id into it: a line of a tasks file, with
 * its line feed.
 */
export function lineWriter(settings: Settings, catalogue: Catalogue): LineWriter {
  const url = '/v1/chat/completions'
  const body = requestBody(settings, catalogue)
  const line = JSON.stringify({ custom_id: PICTURE, method: 'POST', url, body })
  const [beforeId, afterId, afterPicture, ...rest] = line.split(PICTURE)
  if (beforeId === undefined || afterId === undefined || afterPicture === undefined || rest.length > 0) {
    throw new Error('the request does not have exactly one place for a custom id and one for a picture')
  }
  return (request, jpeg) => {
    const head = `${beforeId}${customId(request)}${afterId}`
    return assertOneImage(
      Buffer.concat([Buffer.from(head), base64(jpeg), Buffer.from(`${afterPicture}\n`)]),
      request.id,
    )
  }
}

/** In slices: a base64 string of more than about 96 KB at once is several times slower. */
function base64(bytes: Buffer): Buffer {
  const SLICE_BYTES = 24_576
  const text = Buffer.allocUnsafe(Math.ceil(bytes.length / 3) * 4)
  let at = 0
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    at += text.write(bytes.toString('base64', start, start + SLICE_BYTES), at, 'latin1')
  }
  return text
}

/** A line without its picture would be answered, and paid for, from nothing. */
function assertOneImage(line: Buffer, requestId: number): Buffer {
  const first = line.indexOf(IMAGE_PART)
  if (first !== -1 && line.indexOf(IMAGE_PART, first + 1) === -1) return line
  throw new HemlineError({
    code: 'not_one_image',
    message: `the line of request ${requestId} does not have exactly one image part`,
    hint: 'Nothing was sent. Please report this.',
  })
}
