// The tasks file of pictures that are small enough as they are.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ours, naive, preparePictures } from './build.mjs'

export const stage = {
  unit: 'pictures of 410 x 512',
  limit: 'read + sha256 + write',
  goal: { atLeast: 0.8, peakMb: 250 },
  sizes: { usual: [300, 3_000, 20_000], full: [8_000, 80_000] },
  ways: ['limit', 'ours', 'naive'],
  mostNaive: 500,
}

export async function prepare({ folder, size }) {
  await preparePictures(folder, size, { width: 410, height: 512, quality: 80 })
}

export async function limit({ folder, time }) {
  const paths = JSON.parse(await readFile(join(folder, 'paths.json'), 'utf8'))
  const out = openSync(join(folder, 'limit.out'), 'w')
  await time(() => {
    for (const path of paths) {
      const bytes = readFileSync(join(folder, 'pictures', path))
      createHash('sha256').update(bytes).digest('hex')
      writeSync(out, bytes)
    }
  })
  closeSync(out)
}

export { naive, ours }
