import type { Lane } from '../../data/schema/batch-tables.js'

/** How a person says that requests are sent: by one lane, or by whichever suits how many they are. */
export const methods = ['auto', 'batch', 'individual', 'flex'] as const
export type Method = (typeof methods)[number]

/** A batch takes up to a day whatever it holds; fewer requests than this are answered one by one in a minute or two. */
const FEW_REQUESTS = 50

/**
 * The lane of some requests. Pure.
 *
 * @param requests  how many wait to be sent, at least 1.
 */
export function chooseLane(method: Method, requests: number): Lane {
  if (method !== 'auto') return method
  return requests < FEW_REQUESTS ? 'individual' : 'batch'
}
