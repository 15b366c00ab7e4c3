import { setImmediate as nextTurn } from 'node:timers/promises'

const ITEMS_A_TURN = 16

/**
 * Works on the items of a source, up to `inFlight` at a time, and yields the results in the order of the items. When the
 * consumer stops, or one item fails, no further item is begun. Work that waits for nothing lets other work have its turn.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const started: Promise<R>[] = []
  let begun = 0
  for await (const item of items) {
    if (++begun % ITEMS_A_TURN === 0) await nextTurn()
    const result = work(item)
    // It is awaited in its turn; until then a failure must not count as unhandled.
    result.catch(() => {})
    started.push(result)
    if (started.length >= inFlight) yield await started.shift()!
  }
  while (started.length > 0) yield await started.shift()!
}
