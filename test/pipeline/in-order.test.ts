import { setImmediate as nextTurn } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mapInOrder } from '../../pipeline/in-order.js'
import { rejection } from '../rejection.js'

const order = suite('work in order')

async function* upTo(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number++) yield number
}

/** Work that ends when it is told to. */
function openWork() {
  const begun: number[] = []
  const ends = new Map<number, () => void>()
  const work = (number: number): Promise<string> => {
    begun.push(number)
    return new Promise((resolve) => ends.set(number, () => resolve(`${number}`)))
  }
  const end = async (...numbers: number[]): Promise<void> => {
    for (const number of numbers) {
      ends.get(number)!()
      await nextTurn()
    }
  }
  return { begun, work, end }
}

order('gives every result in the order of the items', async () => {
  const results: number[] = []
  const work = async (number: number): Promise<number> => {
    if (number % 3 === 0) await nextTurn()
    return number
  }
  for await (const result of mapInOrder(upTo(100), 4, work)) results.push(result)
  assert.equal(
    results,
    Array.from({ length: 100 }, (_, number) => number),
  )
})

order('begins others while one takes long, never more at once than it may, and only so many', async () => {
  const { begun, work, end } = openWork()
  const first = mapInOrder(upTo(50), 2, work)[Symbol.asyncIterator]().next()
  await nextTurn()
  assert.equal(begun, [0, 1])
  await end(1, 2, 3, 4, 5, 6, 7)
  assert.equal(begun, [0, 1, 2, 3, 4, 5, 6, 7])
  await end(0)
  assert.equal(await first, { value: '0', done: false })
})

order('holds few results where none takes long', async () => {
  let [begun, handedOn, most] = [0, 0, 0]
  const work = async (number: number): Promise<number> => {
    most = Math.max(most, ++begun - handedOn)
    return number
  }
  for await (const _ of mapInOrder(upTo(1_000), 4, work)) handedOn++
  assert.ok(most <= 16, `${most} at once`)
})

order('begins no more once one failed, which is thrown in its turn', async () => {
  const begun: number[] = []
  const some = mapInOrder(upTo(50), 4, async (number) => {
    begun.push(number)
    await nextTurn()
    if (number === 2) throw new Error('two')
    return number
  })
  const results = some[Symbol.asyncIterator]()
  assert.equal(
    [await results.next(), await results.next()].map(({ value }) => value as number),
    [0, 1],
  )
  assert.is((await rejection(results.next())).message, 'two')
  assert.ok(begun.length <= 6, `${begun.length} begun`)
})

order('lets other work have its turn where its own waits for nothing', async () => {
  let hasHadTurn = false
  setImmediate(() => (hasHadTurn = true))
  for await (const number of mapInOrder(upTo(50), 4, async (each) => each)) {
    if (number === 40) assert.ok(hasHadTurn)
  }
})

order.run()
