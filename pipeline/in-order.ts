import { setImmediate as nextTurn } from 'node:timers/promises'
import { pMapIterable } from 'p-map'

const ITEMS_A_TURN = 16
/** How many results, for each that is worked on, may wait for an earlier one that takes long. */
const WAITING_EACH = 4

/**
 * Works on the items of a source, up to `inFlight` at a time, and yields the results in the order of the items. One that takes
 * long does not keep others from being begun: up to four times as many wait for it. When the consumer stops, or one item
 * fails, no further item is begun. Work that waits for nothing lets other work have its turn.
 */
export function mapInOrder<T, R>(
  items: AsyncIterable<T>,
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncIterable<R> {
  let begun = 0
  const workInTurn = async (item: T): Promise<R> => {
    if (++begun % ITEMS_A_TURN === 0) await nextTurn()
    return work(item)
  }
  return pMapIterable(items, workInTurn, {
    concurrency: inFlight,
    backpressure: inFlight * WAITING_EACH,
  }) as AsyncIterable<R>
}
