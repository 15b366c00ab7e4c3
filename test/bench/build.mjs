// Building the tasks file: read, hash, decode, scale to 512 px, encode, base64, write; and the records of it.
import { cp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import sharp from 'sharp'
import { builtInCatalogue } from '../../dist/data/catalogue/catalogue.js'
import { requestBody } from '../../dist/assets/request/request-template.js'
import { tasksFile } from '../../dist/assets/tasks-file.js'
import { openSqlite, openWorld, settings } from './made-home.mjs'
import { writePictures } from './pictures.mjs'

const IN_FLIGHT = 4

export const stage = {
  unit: 'pictures of 1080 x 1350',
  limit: 'bare sharp, the same resize',
  goal: { atLeast: 0.95, peakMb: 250 },
  sizes: { usual: [100, 600], full: [8_000, 80_000] },
  ways: ['limit', 'ours', 'naive'],
  mostNaive: 1_000,
}

export async function prepare({ folder, size }) {
  await preparePictures(folder, size, { width: 1080, height: 1350, quality: 84 })
}

/** Pictures, and a home that has observed them. */
export async function preparePictures(folder, count, shape) {
  const paths = await writePictures(join(folder, 'pictures'), count, shape)
  await writeFile(join(folder, 'paths.json'), JSON.stringify(paths))
  const { db } = await openWorld(folder)
  await db.destroy()
  const sqlite = openSqlite(folder)
  const insertPost = sqlite.prepare('insert or ignore into posts (key) values (?)')
  const insertImage = sqlite.prepare(
    `insert into images (path, post_id, position, columns, state, sha256, format, width, height, stat, seen)
      values (?, (select id from posts where key = ?), ?, '{}', 'usable', ?, 'jpeg', ?, ?, 's', 1)`,
  )
  sqlite.exec('begin')
  for (const [index, path] of paths.entries()) {
    const sha256 = createHash('sha256')
      .update(readFileSync(join(folder, 'pictures', path)))
      .digest('hex')
    insertPost.run(path.split('/')[0])
    insertImage.run(path, path.split('/')[0], (index % 10) + 1, sha256, shape.width, shape.height)
  }
  sqlite.exec('commit')
  sqlite.close()
}

async function pathsOf(folder) {
  const paths = JSON.parse(await readFile(join(folder, 'paths.json'), 'utf8'))
  return paths.map((path) => join(folder, 'pictures', path))
}

export async function limit({ folder, time }) {
  sharp.concurrency(1)
  sharp.cache(false)
  const paths = await pathsOf(folder)
  await time(async () => {
    const work = async () => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
        await sharp(path)
          .resize({ width: settings.max_side_px, height: settings.max_side_px, fit: 'inside' })
          .jpeg({ quality: settings.jpeg_quality, optimiseCoding: false })
          .toBuffer()
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  })
}

export async function ours({ folder, time }) {
  const copy = join(folder, `copy-${process.pid}`)
  mkdirSync(copy)
  await cp(join(folder, 'hemline.db'), join(copy, 'hemline.db'))
  const world = await openWorld(copy, { settings: { ...settings, images: join(folder, 'pictures') } })
  const made = await time(() => tasksFile.materialize({ recipe: world.recipe }, world.context))
  const { length } = await pathsOf(folder)
  if (made.metadata.requests !== length)
    throw new Error(`built ${JSON.stringify(made.metadata)} of ${length}`)
  await world.db.destroy()
  // The limit writes where it wrote before; on a virtual machine memory for a new file may have to come from the host.
  await rm(copy, { recursive: true })
}

/** One picture after the other, the whole request as JSON, all lines in memory, joined and written at the end. */
export async function naive({ folder, time }) {
  const paths = await pathsOf(folder)
  await time(async () => {
    const lines = []
    for (const path of paths) {
      const jpeg = await sharp(path).resize(512, 512, { fit: 'inside' }).jpeg({ quality: 80 }).toBuffer()
      const body = requestBody(settings, builtInCatalogue)
      body.messages[1].content[0].image_url.url = `data:image/jpeg;base64,${jpeg.toString('base64')}`
      lines.push(JSON.stringify({ custom_id: path, method: 'POST', url: '/v1/chat/completions', body }))
    }
    await writeFile(join(folder, 'naive.jsonl'), lines.join('\n'))
  })
  await stat(join(folder, 'naive.jsonl'))
}
