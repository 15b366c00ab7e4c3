// Looking at a folder in which nothing changed, to the decision that nothing is to be done.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { images } from '../../dist/assets/images.js'
import { fashionGraph } from '../../dist/assets/list.js'
import { openDatabase } from '../../dist/data/database.js'
import { homeAt } from '../../dist/data/home.js'
import { systemClock } from '../../dist/pipeline/clock.js'
import { observeSources } from '../../dist/pipeline/engine/observe-sources.js'
import { openSqlite, settings } from './made-home.mjs'

const IMAGES_A_FOLDER = 50

export const stage = {
  unit: 'images',
  limit: 'find -printf of the same tree',
  goal: { atMost: 2.2, peakMb: 100 },
  sizes: { usual: [8_000, 80_000], full: [80_000, 800_000] },
  ways: ['limit', 'ours', 'naive'],
}

/** Files that are no pictures are found, read once, and from then on as unchanged as any. */
export async function prepare({ folder, size }) {
  for (let post = 0; post * IMAGES_A_FOLDER < size; post++) {
    const place = join(folder, 'pictures', `group-${post % 100}`, `post-${post}`)
    mkdirSync(place, { recursive: true })
    for (let image = 1; image <= IMAGES_A_FOLDER; image++) writeFileSync(join(place, `${image}.jpg`), 'x')
  }
  const db = await openDatabase(homeAt(folder).database)
  await look(db, contextOf(db, folder))
  await db.destroy()
}

export async function limit({ folder, time }) {
  await time(async () => {
    const format = '%p %s %T@ %C@ %i\\n'
    const child = spawn('find', [join(folder, 'pictures'), '-printf', format], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.resume()
    await once(child, 'exit')
  })
}

export async function ours({ folder, time }) {
  const db = await openDatabase(homeAt(folder).database)
  await time(() => look(db, contextOf(db, folder)))
  await db.destroy()
}

function contextOf(db, folder) {
  const { signal } = new AbortController()
  return {
    ...{ db, home: homeAt(folder), clock: systemClock, signal, notify() {} },
    settings: { ...settings, images: join(folder, 'pictures') },
  }
}

export async function look(db, context) {
  const { clock, signal } = context
  await observeSources([images.key], { graph: fashionGraph, resources: context, clock, signal, onEvent() {} })
}

/** Every row in memory, every folder with promises, every file with stat. */
export async function naive({ folder, time }) {
  const sqlite = openSqlite(folder)
  await time(async () => {
    const known = new Map(
      sqlite
        .prepare('select path, stat from images')
        .all()
        .map((row) => [row.path, row.stat]),
    )
    let changed = 0
    const walk = async (place, below) => {
      for await (const entry of await opendir(place)) {
        const path = below === '' ? entry.name : `${below}/${entry.name}`
        if (entry.isDirectory()) await walk(join(place, entry.name), path)
        else {
          const { size, mtimeMs } = await stat(join(place, entry.name))
          if (known.get(path) !== `${size}:${mtimeMs}`) changed++
        }
      }
    }
    await walk(join(folder, 'pictures'), '')
    process.stdout.write(changed < 0 ? 'never' : '')
  })
  sqlite.close()
}
