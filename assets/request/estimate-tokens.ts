import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { imageTokens } from '../../data/catalogue/image-tokens.js'
import { profiles } from '../analysis/profile.js'
import type { Settings } from '../settings.js'

/** Around each message, and before the answer. Source: OpenAI cookbook, "How to count tokens with tiktoken" (2026-11). */
const TOKENS_PER_MESSAGE = 3
const TOKENS_BEFORE_ANSWER = 3

/** Prompt tokens of one request, in all and for the picture alone. */
export type TokenEstimate = { inputTokens: number; imageTokens: number }

/**
 * Estimates the prompt tokens of one request: the text, counted once by the tokenizer of the models in use (o200k), and
 * the picture by the model's own rule, as it is sent. It decides what fits into the enqueued-token window and what a plan
 * says; charges come from what the answers report.
 */
export async function estimateRequestTokens(
  settings: Settings,
  catalogue: Catalogue,
): Promise<(picture: { width: number; height: number }) => TokenEstimate> {
  // The tokenizer's tables take a quarter of a second to load, so only runs that write requests pay for it.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  const count = (text: string): number => countTokens(text, { disallowedSpecial: new Set() })
  const { prompt, responseFormat } = profiles[settings.profile]
  const texts = ['system', prompt, 'user', JSON.stringify(responseFormat.json_schema.schema)]
  const frame = 2 * TOKENS_PER_MESSAGE + TOKENS_BEFORE_ANSWER
  const textTokens = texts.reduce((sum, text) => sum + count(text), frame)
  const { imageRule } = catalogue.get(settings.model)
  return (picture) => {
    const ofPicture = imageTokens(imageRule, picture, settings.detail)
    return { inputTokens: textTokens + ofPicture, imageTokens: ofPicture }
  }
}
