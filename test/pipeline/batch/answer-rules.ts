import type { AnswerRules } from '../../../pipeline/batch/answer-rules.js'

/** Answers in capitals are taken; a token costs a nano-dollar. */
export const plainRules: AnswerRules = {
  readAnswer: (content) =>
    content.startsWith('REQUEST')
      ? { ok: true, body: JSON.stringify({ said: content }) }
      : { ok: false, code: 'schema_mismatch', message: 'not what was asked for' },
  price: ({ inputTokens, outputTokens }) => ({ price: 'test', costNanoUsd: inputTokens + outputTokens }),
}
