import { compactPrompt } from './compact-prompt.js'
import { compactSchema, expand } from './compact.js'
import { originalPrompt } from './original-prompt.js'
import { readAnswer, type ReadAnswer } from './read-answer.js'
import { analysisSchema } from './schema.js'
import { strictJsonSchema, type JsonSchema } from './strict-json-schema.js'

export type ProfileName = 'original' | 'compact'

/** How one picture is asked about, and how the answer is read. */
export type Profile = {
  name: ProfileName
  /** The whole text that goes with the picture. */
  prompt: string
  responseFormat: {
    type: 'json_schema'
    json_schema: {
      name: 'fashion_analysis' | 'fashion_analysis_compact'
      strict: true
      schema: JsonSchema
    }
  }
  /**
   * Of prompt and schema, as the tokenizer of the models in use (o200k) counts them; its tables take longer to load than a
   * hundred pictures to be read, so that a test counts and not each run.
   */
  textTokens: number
  /** Room for an outfit of about ten items; a longer answer is cut, and is then no JSON. */
  maxCompletionTokens: number
  /**
   * How long an answer usually is, until this home has answers that tell; in tokens. Of models this is an assumption; of
   * the local server's analyst, which leaves most unknown, the mean over 241 pictures.
   */
  usualAnswerTokens: { openai: number; local: number }
  /** Reads an answer of this profile. Both profiles give the same canonical analysis for the same findings. */
  readAnswer(content: string): ReadAnswer
}

/** The two ways to ask: `original` in full words and full JSON, `compact` with few tokens in and out. */
export const profiles: Readonly<Record<ProfileName, Profile>> = {
  original: {
    name: 'original',
    prompt: originalPrompt,
    responseFormat: {
      type: 'json_schema',
      json_schema: {
        name: 'fashion_analysis',
        strict: true,
        schema: strictJsonSchema(analysisSchema, true),
      },
    },
    textTokens: 2_169,
    maxCompletionTokens: 1_500,
    usualAnswerTokens: { openai: 400, local: 118 },
    readAnswer: (content) => readAnswer(content, analysisSchema, (analysis) => analysis),
  },
  compact: {
    name: 'compact',
    prompt: compactPrompt,
    responseFormat: {
      type: 'json_schema',
      json_schema: {
        name: 'fashion_analysis_compact',
        strict: true,
        schema: strictJsonSchema(compactSchema, false),
      },
    },
    textTokens: 974,
    maxCompletionTokens: 700,
    usualAnswerTokens: { openai: 150, local: 65 },
    readAnswer: (content) => readAnswer(content, compactSchema, expand),
  },
}
