import type { Usage } from './result-line.js'

/** What the pipeline that sent the requests knows of their answers, and the batch machinery does not. */
export type AnswerRules = {
  /** Reads an answer's content; the body to store holds it in one form, so that what was answered alike has equal digests. */
  readAnswer(content: string): { ok: true; body: string } | { ok: false; code: string; message: string }
  /**
   * What the tokens cost, and by which dated price.
   *
   * @param tier  the service tier that the answer names; undefined where it names none.
   */
  price(usage: Usage, tier: string | undefined): { price: string; costNanoUsd: number }
}
