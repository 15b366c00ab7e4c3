import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeMask } from '../../pipeline/mask.js'

const masking = suite('masking secrets')

masking('hides the secrets in use wherever they stand, also one that begins like another', () => {
  const mask = makeMask(['abcdefgh', ' abcdefgh-longer\n', undefined, ''])
  assert.is(mask('key "abcdefgh-longer", and abcdefgh.'), 'key "***", and ***.')
  assert.is(mask('$& abcdefgh $1'), '$& *** $1')
})

masking('hides what is secret by its form', () => {
  const mask = makeMask([])
  for (const [text, masked] of [
    ['Incorrect API key provided: sk-proj-abc_DEF-123. You can', 'Incorrect API key provided: ***. You can'],
    ['provided: sk-ab***************wxyz.', 'provided: ***.'],
    ['secret whsec_Zm9vYmFyYmF6+/=', 'secret ***'],
    ['fetch https://me:pa@ss@host:8/v1?x=1 failed', 'fetch https://***@host:8/v1?x=1 failed'],
    ['{"url":"redis://token@host"}', '{"url":"redis://***@host"}'],
  ]) {
    assert.is(mask(text!), masked)
  }
})

masking('leaves everything else as it is', () => {
  const mask = makeMask(['local', 'test', ''])
  for (const text of [
    'a local test of task-123456789 at desk-1234567890',
    'https://host/path/@name?mail=a@b.example#c@d',
    'mail me@host.example, see https://host.example',
    'batch_sk-',
    'sk-1',
  ]) {
    assert.is(mask(text), text)
  }
})

masking.run()
