import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SetSum, digest } from '../../../pipeline/engine/versions.js'

const versions = suite('data versions')

const items = fc.array(fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }), { maxLength: 20 })

function sumOf(list: readonly (readonly string[])[]): string {
  const sum = new SetSum()
  for (const item of list) sum.add(item)
  return sum.hex()
}

versions('do not let parts run together', () => {
  const lists = [['a', 'bc'], ['ab', 'c'], ['abc'], ['', 'abc'], ['abc', ''], ['1:a'], ['a', '1:b'], [], ['']]
  assert.is(new Set(lists.map(digest)).size, lists.length)
})

versions('are equal only for equal lists of texts', () => {
  const list = fc.array(fc.string({ maxLength: 3 }), { maxLength: 4 })
  fc.assert(
    fc.property(list, list, (a, b) => {
      assert.is(digest(a) === digest(b), JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

versions('never change their value between releases', () => {
  assert.is(digest(['a', 'bc']), '5310a58788781ab25d5ad7c3f85035824b4eb7bdfa394e0ac2186271472b5492')
})

versions('of a set do not depend on the order of its items', () => {
  fc.assert(
    fc.property(items, fc.infiniteStream(fc.nat()), (list, ranks) => {
      const shuffled = list
        .map((item) => ({ item, rank: ranks.next().value as number }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ item }) => item)
      assert.is(sumOf(shuffled), sumOf(list))
    }),
  )
})

versions('of a set are as if a removed item had never been added', () => {
  fc.assert(
    fc.property(items, items, (kept, removed) => {
      const sum = new SetSum()
      for (const item of [...removed, ...kept]) sum.add(item)
      for (const item of removed) sum.remove(item)
      assert.is(sum.hex(), sumOf(kept))
    }),
  )
})

versions('of a set count an item as often as it is there', () => {
  assert.is.not(sumOf([['a'], ['a']]), sumOf([['a']]))
  assert.is.not(sumOf([['a'], ['a']]), sumOf([['b'], ['b']]))
  assert.is.not(sumOf([['a', 'b']]), sumOf([['a'], ['b']]))
})

versions('of the empty set are zero, also after something was removed that was never there', () => {
  const sum = new SetSum()
  assert.is(sum.hex(), '0'.repeat(64))
  sum.remove(['a'])
  assert.match(sum.hex(), /^[0-9a-f]{64}$/)
  sum.add(['a'])
  assert.is(sum.hex(), '0'.repeat(64))
})

versions.run()
