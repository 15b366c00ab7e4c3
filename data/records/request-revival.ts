import type { Db } from '../database.js'

/** Lets the requests of cancelled batches be asked again; returns how many there were. */
export async function reviveCancelledRequests(db: Db): Promise<number> {
  const revived = await db
    .updateTable('requests')
    .set({ is_cancelled: 0 })
    .where('state', '=', 'pending')
    .where('is_cancelled', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(revived.numUpdatedRows)
}

/** Why a request is skipped whose line alone breaks a limit of a part. */
export const TOO_LARGE = 'too_large'

/** Lets the requests try again that were too large: the limits that they broke may be others by now. */
export async function reviveTooLargeRequests(db: Db): Promise<void> {
  await db
    .updateTable('requests')
    .set({ state: 'pending', reason: null, detail: null })
    .where('state', '=', 'skipped')
    .where('reason', '=', TOO_LARGE)
    .execute()
}
