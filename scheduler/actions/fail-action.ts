import type { Db } from '../../data/database.js'
import { finishAction } from '../../data/records/actions.js'
import { failureOf } from '../../pipeline/engine/run-life.js'
import { isExpected } from '../../pipeline/errors.js'

/** Writes down that an action failed, and what for. */
export function failAction(db: Db, id: number, error: unknown, now: Date): Promise<void> {
  const hint = isExpected(error) ? error.hint : undefined
  return finishAction(db, id, { state: 'failed', ...failureOf(error), hint }, now)
}
