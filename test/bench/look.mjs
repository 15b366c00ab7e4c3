// The first look at pictures that nobody has seen: which of them can be used, how large they are, what is there twice.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { openWorld, settings } from './made-home.mjs'
import { look } from './observe.mjs'
import { writePictures } from './pictures.mjs'

export const stage = {
  unit: 'pictures of 1080 x 1350',
  limit: 'read + sha256',
  goal: { atLeast: 0.2, peakMb: 250 },
  sizes: { usual: [200, 2_000], full: [800, 8_000] },
  ways: ['limit', 'ours'],
}

export async function prepare({ folder, size }) {
  const shape = { width: 1080, height: 1350, quality: 84 }
  const paths = await writePictures(join(folder, 'pictures'), size, shape)
  await writeFile(join(folder, 'paths.json'), JSON.stringify(paths))
}

export async function limit({ folder, time }) {
  const paths = JSON.parse(await readFile(join(folder, 'paths.json'), 'utf8'))
  await time(() => {
    for (const path of paths) {
      createHash('sha256')
        .update(readFileSync(join(folder, 'pictures', path)))
        .digest('hex')
    }
  })
}

/** Each time in a home that has seen nothing. */
export async function ours({ folder, time }) {
  const home = join(folder, `home-${process.pid}`)
  mkdirSync(home)
  const { db, context } = await openWorld(home, {
    settings: { ...settings, images: join(folder, 'pictures') },
  })
  await time(() => look(db, context))
  await db.destroy()
}
