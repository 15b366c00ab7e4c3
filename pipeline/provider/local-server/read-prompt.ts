import * as z from 'zod'
import { type ImageDetail, imageDetails } from './image-token-rules.js'
import { toRespondError } from './read-batch-request.js'
import { type ChatRequest, RespondError } from './respond.js'

/** What a request shows and tells the model, decoded. */
export type Prompt = {
  messages: { role: string; name: string | undefined; text: string }[]
  /** In the order of the request. */
  images: { bytes: Buffer; detail: ImageDetail }[]
  /** The text of all messages, an empty line between two. */
  text: string
  /** The name and the schema of the structure that the answer is to have; undefined: free text. */
  responseFormatName: string | undefined
  schema: unknown
  /** The most tokens that the answer may have; undefined: no limit. */
  mostTokens: number | undefined
}

const textPart = z.object({ type: z.literal('text'), text: z.string() })

const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z.object({ url: z.string(), detail: z.enum(imageDetails).default('auto') }),
})

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  name: z.string().optional(),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart])).min(1)]),
})

const promptSchema = z.object({
  messages: z.array(messageSchema).min(1),
  response_format: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('text') }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ name: z.string().min(1), schema: z.unknown() }),
      }),
    ])
    .nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  n: z.literal(1).nullish(),
})

/**
 * Reads what the built-in responder needs of a request. Pictures must be in the request itself, as data URLs.
 *
 * @throws RespondError 400 that names the first parameter that is missing, wrong or not supported.
 */
export function readPrompt(request: ChatRequest): Prompt {
  const read = promptSchema.safeParse(request, { reportInput: true })
  if (!read.success) throw toRespondError(read.error)
  const { messages, response_format: format, max_completion_tokens, max_tokens } = read.data
  const parts = messages.map(({ content }) =>
    typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content,
  )
  const texts = parts.map((of) => of.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n'))
  const images = parts.flat().flatMap((part) => (part.type === 'image_url' ? [part.image_url] : []))
  const structure = format?.type === 'json_schema' ? format.json_schema : undefined
  return {
    messages: messages.map(({ role, name }, at) => ({ role, name, text: texts[at] ?? '' })),
    images: images.map(({ url, detail }) => ({ bytes: readDataUrl(url), detail })),
    text: texts.filter((text) => text !== '').join('\n\n'),
    responseFormatName: structure?.name,
    schema: structure?.schema,
    mostTokens: max_completion_tokens ?? max_tokens ?? undefined,
  }
}

const DATA_URL = /^data:image\/[a-z0-9.+-]+;base64,/i
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

function readDataUrl(url: string): Buffer {
  const [head] = DATA_URL.exec(url) ?? []
  if (head === undefined) {
    throw invalidImage(
      'invalid_image_url',
      'Expected a picture as a base64 data URL; this server fetches none.',
    )
  }
  const base64 = url.slice(head.length)
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) {
    throw invalidImage('invalid_base64', 'The picture is not valid base64.')
  }
  return Buffer.from(base64, 'base64')
}

function invalidImage(code: string, message: string): RespondError {
  return new RespondError({ status: 400, code, message, param: 'messages' })
}
