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
  const state = { begun: 0, running: 0, hasFailed: false, onEnd() {} }
  const inOrder: Begun<R>[] = []
  for await (const item of items) {
    if (++state.begun % ITEMS_A_TURN === 0) await nextTurn()
    if (state.hasFailed) break
    inOrder.push(begin(work(item), state))
    for (let first = inOrder[0]; first; first = inOrder[0]) {
      if (first.isOver || inOrder.length >= inFlight * WAITING_EACH) {
        inOrder.shift()
        yield await first.result
      } else if (state.running >= inFlight) await new Promise<void>((resolve) => (state.onEnd = resolve))
      else break
    }
  }
  for (const { result } of inOrder) yield await result
}

type Begun<R> = { result: Promise<R>; isOver: boolean }

function begin<R>(
  result: Promise<R>,
  state: { running: number; hasFailed: boolean; onEnd(): void },
): Begun<R> {
  const begun = { result, isOver: false }
  const end = (): void => {
    begun.isOver = true
    state.running--
    state.onEnd()
  }
  const fail = (): void => {
    state.hasFailed = true
    end()
  }
  state.running++
  // A failure is thrown in its turn; until then it must not count as unhandled.
  result.then(end, fail)
  return begun
}
