import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { formatBytes, formatCountOf, formatDuration } from '../../reports/numbers.js'

const numbers = suite('numbers in reports')

numbers('bytes take the largest decimal unit that keeps three digits', () => {
  const bytes = [0, 999, 1_000, 34_250, 999_499, 999_600, 200_000_000, 2.5e12]
  assert.equal(bytes.map(formatBytes), [
    '0 B',
    '999 B',
    '1 kB',
    '34.3 kB',
    '999 kB',
    '1 MB',
    '200 MB',
    '2.5 TB',
  ])
})

numbers('lengths of time take their two largest units', () => {
  const lengths = [0, 400, 45_000, 192_000, 3_600_000, 86_160_000, 187_200_000]
  assert.equal(lengths.map(formatDuration), ['0s', '0s', '45s', '3m 12s', '1h', '23h 56m', '2d 4h'])
})

numbers('counts agree with their noun', () => {
  assert.equal(
    [0, 1, 7_988].map((count) => formatCountOf(count, 'image')),
    ['0 images', '1 image', '7,988 images'],
  )
})

numbers.run()
