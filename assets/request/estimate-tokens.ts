import { getModel } from '../../data/catalogue/find-model.js'
import { imageTokens } from '../../data/catalogue/image-tokens.js'
import type { Settings } from '../settings.js'
import { requestBody } from './request-template.js'

/** Tokens that a chat request adds around its messages, at most. */
const FRAME_TOKENS = 20

/**
 * Estimates the prompt tokens of one request: the text, counted once by the tokenizer of the models in use (o200k), and
 * the picture by the model's own rule. It decides what fits into the enqueued-token window; charges come from what the
 * answers report.
 */
export async function estimateRequestTokens(
  settings: Settings,
): Promise<(picture: { width: number; height: number }) => number> {
  // The tokenizer's tables take a quarter of a second to load, so only runs that write requests pay for it.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base')
  const { messages, response_format: format } = requestBody(settings)
  const text = JSON.stringify([messages, format])
  const textTokens = countTokens(text, { disallowedSpecial: new Set() }) + FRAME_TOKENS
  const { imageRule } = getModel(settings.model)
  return (picture) => textTokens + imageTokens(imageRule, picture, settings.detail)
}
