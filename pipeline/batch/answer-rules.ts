import type { Usage } from './result-line.js'

/** What the pipeline that sent the requests knows of their answers, and the batch machinery does not. */
export type AnswerRules = {
  /** Reads an answer's content; the body to store is canonical, so that equal answers have equal digests. */
  readAnswer(content: string): { ok: true; body: string } | { ok: false; code: string; message: string }
  /** What the tokens cost in a batch, and by which dated price. */
  price(usage: Usage): { price: string; costNanoUsd: number }
}
