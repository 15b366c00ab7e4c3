import { setImmediate as nextTurn } from 'node:timers/promises'

const ITEMS_A_TURN = 16
/** How many results, for each that is worked on, may wait for an earlier one that takes long. */
const WAITING_EACH = 4

/**
 * Works on the items of a source, up to `inFlight` at a time, and yields the results in the order of the items. One that takes
 * long does not keep others from being begun: up to four times as many wait for it. When the consumer stops, or one item
 * fails, no further item is begun. Work that waits for nothing lets other work have its turn.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  inFlight: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const results: Promise<R>[] = []
  const state = { begun: 0, running: 0, hasFailed: false, onEnd() {} }
  const end = (): void => {
    state.running--
    state.onEnd()
  }
  const fail = (): void => {
    state.hasFailed = true
    end()
  }
  for await (const item of items) {
    if (++state.begun % ITEMS_A_TURN === 0) await nextTurn()
    if (state.hasFailed) break
    const result = work(item)
    state.running++
    // A failure is thrown in its turn; until then it must not count as unhandled.
    result.then(end, fail)
    results.push(result)
    while (state.running >= inFlight && !state.hasFailed) {
      if (results.length >= inFlight * WAITING_EACH) yield await results.shift()!
      else await new Promise<void>((resolve) => (state.onEnd = resolve))
    }
  }
  while (results.length > 0) yield await results.shift()!
}
