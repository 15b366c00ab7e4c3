import type { Catalogue } from '../../data/catalogue/catalogue.js'
import { imageTokens } from '../../data/catalogue/image-tokens.js'
import { profiles } from '../analysis/profile.js'
import type { Settings } from '../settings.js'

/** Around each message, and before the answer. Source: OpenAI cookbook, "How to count tokens with tiktoken" (2026-11). */
const TOKENS_PER_MESSAGE = 3
const TOKENS_PER_ROLE = 1
const TOKENS_BEFORE_ANSWER = 3
/** What the system and the user say. */
const MESSAGES = 2

/** Prompt tokens of one request, in all and for the picture alone. */
export type TokenEstimate = { inputTokens: number; imageTokens: number }

/**
 * Estimates the prompt tokens of one request: the text, by the tokenizer of the models in use (o200k), and the picture by
 * the model's own rule, as it is sent. It decides what fits into the enqueued-token window and what a plan says; charges
 * come from what the answers report.
 */
export function estimateRequestTokens(
  settings: Settings,
  catalogue: Catalogue,
): (picture: { width: number; height: number }) => TokenEstimate {
  const frame = MESSAGES * (TOKENS_PER_MESSAGE + TOKENS_PER_ROLE) + TOKENS_BEFORE_ANSWER
  const textTokens = profiles[settings.profile].textTokens + frame
  const { imageRule } = catalogue.get(settings.model)
  return (picture) => {
    const ofPicture = imageTokens(imageRule, picture, settings.detail)
    return { inputTokens: textTokens + ofPicture, imageTokens: ofPicture }
  }
}
