import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { customId, parseCustomId } from '../../../pipeline/batch/custom-id.js'

const naming = suite('custom ids')

naming('carry id and fingerprint there and back, within 64 characters', () => {
  const fingerprint = fc.stringMatching(/^[0-9a-f]{40}$/)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), fingerprint, (id, print) => {
      const text = customId({ id, fingerprint: print })
      assert.ok(text.length <= 64)
      assert.equal(parseCustomId(text), { id, fingerprint: print })
    }),
  )
})

naming('refuse everything else without throwing', () => {
  fc.assert(fc.property(fc.anything(), (value) => void parseCustomId(value)))
  assert.is(parseCustomId(`01-${'a'.repeat(40)}`), undefined)
  assert.is(parseCustomId(`1-${'A'.repeat(40)}`), undefined)
})

naming.run()
