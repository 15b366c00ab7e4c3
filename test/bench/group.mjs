// Grouping the posts that one batch of 8,000 answers touched, among all the others.
import { groupedPosts } from '../../dist/assets/grouped-posts.js'
import { loadSqlite } from '../../dist/data/sqlite.js'
import { join } from 'node:path'
import { analysisOf } from './answers.mjs'
import { fillHome, openSqlite, openWorld } from './made-home.mjs'

const TOUCHED_IMAGES = 8_000
const FIRST_TOUCHED = 1_000

export const stage = {
  unit: 'images, 8,000 of them answered anew',
  limit: 'reading the touched rows, and writing as many records',
  goal: { flat: 'cost in touched posts, not in all' },
  sizes: { usual: [30_000, 300_000], full: [100_000, 1_000_000] },
  ways: ['limit', 'ours', 'naive'],
  mostNaive: 300_000,
}

export async function prepare({ folder, size }) {
  const { db, context } = await openWorld(folder)
  fillHome(folder, size, JSON.stringify(analysisOf(1)))
  // What was grouped before has its version; what follows is what one batch changed.
  await groupedPosts.materialize({}, context)
  await db.destroy()
}

function touch(folder) {
  const sqlite = openSqlite(folder)
  sqlite.exec(
    `update posts set touched = 1 where id between ${FIRST_TOUCHED} and ${FIRST_TOUCHED + TOUCHED_IMAGES / 3}`,
  )
  sqlite.close()
}

export async function limit({ folder, time }) {
  touch(folder)
  const Sqlite = loadSqlite()
  const sqlite = new Sqlite(join(folder, 'hemline.db'))
  const store = sqlite.prepare('update posts set record = ?, touched = 0 where id = ?')
  await time(() => {
    const rows = sqlite
      .prepare(
        `select posts.id, images.path, answers.body from posts join images on images.post_id = posts.id
          join answers on answers.request_id = images.request_id where posts.touched = 1 order by posts.id`,
      )
      .all()
    const byPost = Map.groupBy ? Map.groupBy(rows, ({ id }) => id) : grouped(rows)
    sqlite.transaction(() => {
      for (const [id, ofPost] of byPost)
        store.run(JSON.stringify(ofPost.map(({ body }) => JSON.parse(body))), id)
    })()
  })
  sqlite.close()
}

function grouped(rows) {
  const groups = new Map()
  for (const row of rows) {
    const group = groups.get(row.id)
    if (group) group.push(row)
    else groups.set(row.id, [row])
  }
  return groups
}

export async function ours({ folder, time }) {
  touch(folder)
  const { db, context } = await openWorld(folder)
  await time(() => groupedPosts.materialize({}, context))
  await db.destroy()
}

/** All rows into a Map, whatever changed. */
export async function naive({ folder, time }) {
  const sqlite = openSqlite(folder)
  await time(() => {
    const rows = sqlite
      .prepare('select post_id as id, path, body from images join answers using (request_id)')
      .all()
      .map((row) => ({ ...row, body: JSON.parse(row.body) }))
    return JSON.stringify([...grouped(rows)]).length
  })
  sqlite.close()
}
