import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { compareNaturally } from '../../../assets/intake/natural-order.js'

const ordering = suite('natural order')

ordering('counts runs of digits by their value', () => {
  const names = ['10.jpg', '2.jpg', '1.jpg', 'a10b2', 'a2b10', 'a2b9', 'a', 'a1', '']
  assert.equal(names.sort(compareNaturally), [
    '',
    '1.jpg',
    '2.jpg',
    '10.jpg',
    'a',
    'a1',
    'a2b9',
    'a2b10',
    'a10b2',
  ])
})

ordering('orders numbers that no JavaScript number can hold', () => {
  const small = '99999999999999999998'
  const large = '99999999999999999999'
  assert.ok(compareNaturally(small, large) < 0)
  assert.ok(compareNaturally('9', large) < 0)
})

ordering('tells names apart that differ in leading zeros only', () => {
  assert.is.not(compareNaturally('01.jpg', '1.jpg'), 0)
  assert.ok(compareNaturally('01', '2') < 0)
})

ordering('is an order: antisymmetric, transitive, and 0 only for equal names', () => {
  const name = fc
    .array(fc.constantFrom('0', '1', '9', '10', 'a', 'b', '.', '_', '00'), { maxLength: 5 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      assert.is(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) || 0)
      assert.is(compareNaturally(a, b) === 0, a === b)
      if (compareNaturally(a, b) < 0 && compareNaturally(b, c) < 0) assert.ok(compareNaturally(a, c) < 0)
    }),
    { numRuns: 20_000 },
  )
})

ordering.run()
