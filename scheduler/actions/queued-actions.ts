import type { Db } from '../../data/database.js'
import { findQueuedActions } from '../../data/records/actions.js'
import type { ActionKind } from '../../data/schema/scheduler-tables.js'
import { readDataVersion } from '../../data/records/data-version.js'
import type { Clock } from '../../pipeline/clock.js'
import { type ActionTools, carryOut, endLeftActions } from './carry-out.js'

const LOOK_INTERVAL_MS = 500

export type QueuedActions = {
  /** Carries out what waits, oldest first; to be called between runs. */
  carryOutAll(): Promise<void>
  /** Carries out cancellations also while a tick works. */
  cancelDuring<T>(work: () => Promise<T>): Promise<T>
}

/**
 * The daemon's part of what people ask for. The caller holds the executor's lease.
 *
 * @param tools  asked for anew for each action, because a person may edit the config meanwhile.
 * @param onFailure  told what kept it from looking at all.
 */
export async function queuedActions(
  db: Db,
  tools: () => Promise<ActionTools>,
  clock: Clock,
  onFailure: (error: unknown) => void,
): Promise<QueuedActions> {
  const carryOutQueued = async (kinds?: readonly ActionKind[]): Promise<void> => {
    for (const action of await findQueuedActions(db, kinds)) {
      await carryOut(action, await tools(), () => clock.now())
    }
  }
  const watchCancellations = async (stop: AbortSignal): Promise<void> => {
    let seen: number | undefined
    await clock.sleep(LOOK_INTERVAL_MS, stop)
    while (!stop.aborted) {
      try {
        // Whoever asks is another connection: without a commit of another, nothing new was asked.
        const version = await readDataVersion(db)
        if (version === seen) continue
        await carryOutQueued(['cancel'])
        seen = version
      } catch (error) {
        if (!stop.aborted) onFailure(error)
      } finally {
        await clock.sleep(LOOK_INTERVAL_MS, stop)
      }
    }
  }
  await endLeftActions(db, clock.now())
  return {
    carryOutAll: () => carryOutQueued(),
    async cancelDuring(work) {
      const ended = new AbortController()
      const watching = watchCancellations(ended.signal)
      try {
        return await work()
      } finally {
        ended.abort()
        await watching
      }
    },
  }
}
