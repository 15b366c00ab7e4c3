import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SentRequests } from '../../../data/records/sent-requests.js'

const sending = suite('what a batch was sent with')

function fingerprintOf(id: number): string {
  return String(id).padStart(40, 'f')
}

sending('is found by id and fingerprint, and by no other', () => {
  const sent = new SentRequests()
  assert.is(sent.indexOf(1, fingerprintOf(1)), -1)
  // More than it has room for at first, with gaps, and with ids above 32 bits.
  const ids = Array.from({ length: 5_000 }, (_, index) => 3 * index + (index < 2_000 ? 5 : 5_000_000_000))
  for (const id of ids) sent.add(id, fingerprintOf(id))
  assert.is(sent.size, ids.length)
  assert.equal([...sent.ids()], ids)
  for (const [index, id] of ids.entries()) {
    assert.is(sent.indexOf(id, fingerprintOf(id)), index)
    assert.is(sent.indexOf(id, fingerprintOf(id + 1)), -1)
    assert.is(sent.indexOf(id + 1, fingerprintOf(id)), -1)
  }
  assert.is(sent.indexOf(4, fingerprintOf(4)), -1)
  assert.is(sent.indexOf(Number.MAX_SAFE_INTEGER, fingerprintOf(5)), -1)
})

sending.run()
