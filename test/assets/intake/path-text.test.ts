import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as fc from 'fast-check'
import { fsPath, isWithin, joinRaw, pathText, rawOf, rawOfText } from '../../../assets/intake/path-text.js'

const pathTexts = suite('path text')

const raw = (bytes: number[]): string => Buffer.from(bytes).toString('latin1')

pathTexts('writes UTF-8 as itself, in the form that it has on disk', () => {
  assert.is(pathText(rawOf('post/01.jpg')), 'post/01.jpg')
  assert.is(pathText(rawOf('été 👗\n.jpg')), 'été 👗\n.jpg')
  const composed = '\u00e9.jpg'
  const decomposed = 'e\u0301.jpg'
  assert.is(pathText(rawOf(composed)), composed)
  assert.is(pathText(rawOf(decomposed)), decomposed)
})

pathTexts('writes a byte that is not UTF-8 as \\xHH, and a backslash twice', () => {
  assert.is(pathText(raw([0x61, 0xff, 0x62])), 'a\\xFFb')
  assert.is(pathText(raw([0xc3, 0xa9, 0xc3])), 'é\\xC3')
  assert.is(pathText(rawOf('a\\xFFb')), 'a\\\\xFFb')
  assert.is(pathText(raw([0xed, 0xa0, 0x80])), '\\xED\\xA0\\x80')
  assert.is(pathText(raw([0xff, 0x5c])), '\\xFF\\\\')
})

pathTexts('reads back every path that it writes, byte for byte', () => {
  const bytes = fc.array(
    fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0x5c, 0x78, 0x46, 0xff, 0xc3, 0xa9, 0xf0, 0x9f, 0x91, 0x97),
    ),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(bytes, (path) => assert.is(rawOfText(pathText(raw(path))), raw(path))),
    { numRuns: 5_000 },
  )
})

pathTexts('gives different paths different texts', () => {
  const part = fc.constantFrom('\\', 'x', 'F', 'FF', raw([0xff]), raw([0xc3]), raw([0xa9]), 'a')
  const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(path, path, (a, b) => assert.is(pathText(a) === pathText(b), a === b)),
    { numRuns: 5_000 },
  )
})

pathTexts('hands the file system text where the path is UTF-8, else its bytes', () => {
  assert.is(fsPath(rawOf('/été.jpg')), '/été.jpg')
  assert.equal(fsPath(raw([0x2f, 0xff])), Buffer.from([0x2f, 0xff]))
})

pathTexts('knows what lies below a folder', () => {
  assert.ok(isWithin('/a/b', '/a'))
  assert.ok(isWithin('/a', '/a'))
  assert.ok(isWithin('/a', '/'))
  assert.not(isWithin('/ab', '/a'))
  assert.not(isWithin('/', '/a'))
  assert.is(joinRaw('/', 'a'), '/a')
  assert.is(joinRaw('', 'a'), 'a')
})

pathTexts.run()
