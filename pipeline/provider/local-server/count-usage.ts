import type { ChatResponse } from './respond.js'
import { type ImageDetail, countImageTokens } from './image-token-rules.js'

/** What of a request and its answer is billed. */
export type Billed = {
  model: string
  /** In the order of the request; the text of each is its text parts together. */
  messages: { role: string; name: string | undefined; text: string }[]
  images: { width: number; height: number; detail: ImageDetail }[]
  /** The JSON schema that the answer follows, if the request names one: the model reads it like text. */
  schema: unknown
  content: string
}

/** Around each message, and before the answer (cookbook "How to count tokens with tiktoken"). */
const TOKENS_PER_MESSAGE = 3
const TOKENS_PER_NAME = 1
const TOKENS_BEFORE_ANSWER = 3

/**
 * Counts what the API would bill: text by the tokenizer of the models in use (o200k), pictures by the rule of the model.
 *
 * @throws RespondError as `countImageTokens`.
 */
export async function countUsage(billed: Billed): Promise<NonNullable<ChatResponse['usage']>> {
  const { countTokens } = await loadTokenizer()
  const count = (text: string) => countTokens(text, plainText)
  let prompt_tokens = TOKENS_BEFORE_ANSWER
  for (const { role, name, text } of billed.messages) {
    prompt_tokens += TOKENS_PER_MESSAGE + count(role) + count(text)
    if (name !== undefined) prompt_tokens += TOKENS_PER_NAME + count(name)
  }
  if (billed.schema !== undefined) prompt_tokens += count(JSON.stringify(billed.schema))
  for (const image of billed.images) prompt_tokens += countImageTokens(billed.model, image, image.detail)
  const completion_tokens = count(billed.content)
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** The answer as far as the limit lets the model write it. */
export async function cutToTokens(
  content: string,
  most: number,
): Promise<{ content: string; isCut: boolean }> {
  const { decode, encode } = await loadTokenizer()
  const tokens = encode(content, plainText)
  if (tokens.length <= most) return { content, isCut: false }
  return { content: decode(tokens.slice(0, most)), isCut: true }
}

/** Words like `<|endoftext|>` in somebody's text are text. */
const plainText = { disallowedSpecial: new Set<string>() }

/** Its tables take a quarter of a second to load, so it is loaded for the first answer and not before. */
function loadTokenizer() {
  return import('gpt-tokenizer/encoding/o200k_base')
}
