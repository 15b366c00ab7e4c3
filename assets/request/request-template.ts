import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { customId } from '../../pipeline/batch/custom-id.js'
import { profiles } from '../analysis/profile.js'
import type { Settings } from '../settings.js'

/** Stands where the picture goes; no prompt or schema contains it. */
const PICTURE = '@@picture@@'
const IMAGE_PART = '"type":"image_url"'

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

/** @returns the line, valid until the next is written. */
export type LineWriter = (request: { id: number; fingerprint: string }, jpeg: Buffer) => Buffer

/**
 * Serialises the request once, and returns what splices a picture and a custom id into it: a line of a tasks file, with
 * its line feed.
 */
export function lineWriter(settings: Settings, catalogue: Catalogue): LineWriter {
  const url = '/v1/chat/completions'
  const body = requestBody(settings, catalogue)
  const line = assertOneImage(JSON.stringify({ custom_id: PICTURE, method: 'POST', url, body }))
  const [beforeId, afterId, afterPicture, ...rest] = line.split(PICTURE)
  if (beforeId === undefined || afterId === undefined || afterPicture === undefined || rest.length > 0) {
    throw new Error('the request does not have exactly one place for a custom id and one for a picture')
  }
  const end = Buffer.from(`${afterPicture}\n`)
  let room = Buffer.alloc(0)
  return (request, jpeg) => {
    const head = Buffer.from(`${beforeId}${customId(request)}${afterId}`)
    const length = head.length + base64Length(jpeg) + end.length
    if (room.length < length) room = Buffer.allocUnsafeSlow(2 * length)
    head.copy(room)
    const at = writeBase64(jpeg, room, head.length)
    end.copy(room, at)
    return room.subarray(0, length)
  }
}

function base64Length({ length }: Buffer): number {
  return Math.ceil(length / 3) * 4
}

/** In slices: a base64 string of more than about 96 KB at once is several times slower. Returns where it ends. */
function writeBase64(bytes: Buffer, room: Buffer, at: number): number {
  const SLICE_BYTES = 24_576
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    at += room.write(bytes.toString('base64', start, start + SLICE_BYTES), at, 'latin1')
  }
  return at
}

/** A request without its picture would be answered, and paid for, from nothing. */
function assertOneImage(line: string): string {
  if (line.split(IMAGE_PART).length === 2) return line
  throw new Error('the request does not have exactly one image part')
}
