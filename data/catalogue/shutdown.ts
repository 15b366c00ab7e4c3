import type { ModelRow } from './model-row.js'

const NEAR_DAYS = 90
const DAY_MS = 86_400_000

/** What a person must know of a model that ends soon, or has ended. */
export type ShutdownNotice = { state: 'near' | 'past'; sentence: string; replacement: string }

/** Undefined for a model that is not known to end within 90 days. */
export function shutdownOf(model: ModelRow, now: Date): ShutdownNotice | undefined {
  if (!model.shutDown) return undefined
  const { date, replacement } = model.shutDown
  const days = Math.ceil((Date.parse(date) - now.getTime()) / DAY_MS)
  if (days > NEAR_DAYS) return undefined
  if (days <= 0) {
    const sentence = `${model.id} was shut down on ${date}; OpenAI recommends ${replacement}`
    return { state: 'past', sentence, replacement }
  }
  const sentence = `${model.id} is shut down on ${date}, in ${days === 1 ? '1 day' : `${days} days`}; OpenAI recommends ${replacement}`
  return { state: 'near', sentence, replacement }
}
