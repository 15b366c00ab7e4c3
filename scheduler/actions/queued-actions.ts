import { findQueuedActions } from '../../data/records/actions.js'
import type { Clock } from '../../pipeline/clock.js'
import { type ActionTools, carryOut, endLeftActions } from './carry-out.js'

const LOOK_INTERVAL_MS = 500

export type QueuedActions = {
  /** Carries out what waits, oldest first; to be called between runs. */
  carryOutAll(): Promise<void>
  /** Carries out cancellations also while a run works, until the signal. */
  watchCancellations(signal: AbortSignal): Promise<void>
}

/**
 * The daemon's part of what people ask for. The caller holds the executor's lease.
 *
 * @param tools  asked for anew each time, because a person may edit the config meanwhile.
 * @param onFailure  told what kept it from looking at all.
 */
export async function queuedActions(
  tools: () => Promise<ActionTools>,
  clock: Clock,
  onFailure: (error: unknown) => void,
): Promise<QueuedActions> {
  await endLeftActions((await tools()).db, clock.now())
  return {
    async carryOutAll() {
      const current = await tools()
      for (const action of await findQueuedActions(current.db))
        await carryOut(action, current, () => clock.now())
    },
    async watchCancellations(signal) {
      while (!signal.aborted) {
        try {
          const current = await tools()
          for (const action of await findQueuedActions(current.db, ['cancel'])) {
            await carryOut(action, current, () => clock.now())
          }
        } catch (error) {
          if (!signal.aborted) onFailure(error)
        }
        await clock.sleep(LOOK_INTERVAL_MS, signal)
      }
    },
  }
}
