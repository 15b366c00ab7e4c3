import { copyFile, mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { observeImages } from '../../../assets/intake/observe-images.js'
import { openSource } from '../../../assets/intake/source.js'
import { type Db, openDatabase } from '../../../data/database.js'
import { forgetStats, listImages } from '../../../data/records/images.js'
import { recordObservation } from '../../../data/records/observations.js'
import { findTouchedPosts } from '../../../data/records/posts.js'
import { systemClock } from '../../../pipeline/clock.js'

const observing = suite('observing images')

const photos = new URL('../../photos/', import.meta.url)

type World = AsyncDisposable & {
  folder: string
  db: Db
  observe(location?: string): ReturnType<typeof observeImages>
}

async function makeWorld(): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'hemline-observe-'))
  const folder = join(root, 'photos')
  const db = await openDatabase(join(root, 'hemline.db'))
  await mkdir(join(folder, 'post-1'), { recursive: true })
  await mkdir(join(folder, 'post-2'))
  await place('navy-polo.jpg', join(folder, 'post-1', '1.jpg'))
  await place('navy-polo.jpg', join(folder, 'post-2', '1.jpg'))
  return {
    folder,
    db,
    async observe(location = folder) {
      const context = {
        db,
        fetchedFolder: join(root, 'fetched'),
        clock: systemClock,
        signal: new AbortController().signal,
        progress: () => {},
      }
      return observeImages(await openSource(location), context)
    },
    async [Symbol.asyncDispose]() {
      await db.destroy()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function place(name: string, path: string): Promise<void> {
  await copyFile(new URL(name, photos), path)
}

async function settle(db: Db): Promise<void> {
  await db.updateTable('posts').set({ touched: 0 }).execute()
}

async function touched(db: Db): Promise<string[]> {
  return (await findTouchedPosts(db, { afterId: 0, limit: 100 })).map(({ key }) => key)
}

observing('finds the same version again, and touches nothing, when nothing changed', async () => {
  await using world = await makeWorld()
  const first = await world.observe()
  assert.equal(first.metadata.change, '2 new')
  await settle(world.db)
  const second = await world.observe()
  assert.is(second.dataVersion, first.dataVersion)
  assert.is(second.metadata.change, '')
  assert.equal(await touched(world.db), [])
})

observing('counts posts anew when another version was recorded last, and only then', async () => {
  await using world = await makeWorld()
  const record = async ({ dataVersion, metadata }: Awaited<ReturnType<World['observe']>>): Promise<void> => {
    const look = { sourceKey: 'images', dataVersion, metadata: JSON.stringify(metadata) }
    await recordObservation(world.db, look, systemClock.now())
  }
  const first = await world.observe()
  assert.is(first.metadata.posts, 2)
  await record({ ...first, metadata: { ...first.metadata, posts: 7 } })
  assert.is((await world.observe()).metadata.posts, 7)
  await rm(join(world.folder, 'post-2'), { recursive: true })
  const second = await world.observe()
  assert.is(second.metadata.posts, 1)
  await record(second)
  assert.is((await world.observe()).metadata.posts, 1)
})

observing('does not open a file whose size, times and inode are on record', async () => {
  await using world = await makeWorld()
  await world.observe()
  await world.db.updateTable('images').set({ sha256: 'as recorded' }).execute()
  await world.observe()
  const images = await listImages(world.db, { afterId: 0, limit: 10 })
  assert.equal(
    images.map(({ sha256 }) => sha256),
    ['as recorded', 'as recorded'],
  )
})

observing('sees a replaced picture even when its size and modification time are the old ones', async () => {
  await using world = await makeWorld()
  const path = join(world.folder, 'post-1', '1.jpg')
  const before = await world.observe()
  const { atime, mtime } = await stat(path)
  const bytes = await readFile(path)
  // The last bytes of a comment-free JPEG's scan may differ without making it unreadable.
  bytes[bytes.length - 40]! ^= 1
  await writeFile(path, bytes)
  await utimes(path, atime, mtime)
  const after = await world.observe()
  assert.is.not(after.dataVersion, before.dataVersion)
  assert.is(after.metadata.replaced, 1)
})

observing(
  'takes a file that was written again, and is the same, for no change, and reads it no more',
  async () => {
    await using world = await makeWorld()
    await writeFile(join(world.folder, 'post-1', 'broken'), 'no picture')
    const first = await world.observe()
    await settle(world.db)
    for (const name of ['1.jpg', 'broken']) {
      const path = join(world.folder, 'post-1', name)
      await copyFile(path, `${path}.part`)
      await rename(`${path}.part`, path)
    }
    const second = await world.observe()
    assert.equal([second.dataVersion, second.metadata.change], [first.dataVersion, ''])
    assert.equal(await touched(world.db), [])
    await world.db
      .updateTable('images')
      .set({ sha256: 'as recorded' })
      .where('state', '=', 'usable')
      .execute()
    assert.is((await world.observe()).metadata.change, '')
  },
)

observing('notices what was added, removed, renamed and moved, and touches just their posts', async () => {
  await using world = await makeWorld()
  await world.observe()
  await settle(world.db)
  await mkdir(join(world.folder, 'post-3'))
  await rename(join(world.folder, 'post-2', '1.jpg'), join(world.folder, 'post-3', '1.jpg'))
  const { metadata } = await world.observe()
  assert.equal([metadata.added, metadata.removed, metadata.usable], [1, 1, 2])
  assert.equal(await touched(world.db), ['post-2', 'post-3'])
})

observing('keeps what cannot be used with its reason, and the post goes on without it', async () => {
  await using world = await makeWorld()
  await writeFile(join(world.folder, 'post-1', '2.jpg'), '')
  await writeFile(join(world.folder, 'post-1', '3.jpg'), '<html>')
  const { metadata } = await world.observe()
  assert.equal([metadata.usable, metadata.skipped, metadata.posts], [2, 2, 2])
  const skipped = await listImages(world.db, { state: 'skipped', afterId: 0, limit: 10 })
  assert.equal(
    skipped.map(({ path, reason }) => [path, reason]),
    [
      ['post-1/2.jpg', 'empty'],
      ['post-1/3.jpg', 'not_an_image'],
    ],
  )
})

observing('takes a picture that a manifest names twice in a post once, at every look', async () => {
  await using world = await makeWorld()
  const manifest = join(world.folder, 'posts.csv')
  const rows = ['post-1/1.jpg,a,1', 'post-2/1.jpg,b,1', 'post-1/1.jpg,a,2']
  await writeFile(manifest, ['image,post_id,position', ...rows].join('\n'))
  const first = await world.observe(manifest)
  const second = await world.observe(manifest)
  assert.is(first.metadata.usable, 2)
  assert.equal([second.dataVersion, second.metadata.change], [first.dataVersion, ''])
})

observing('a picture that was mended is used from the next look on', async () => {
  await using world = await makeWorld()
  const path = join(world.folder, 'post-1', '2.jpg')
  await writeFile(path, '')
  await world.observe()
  await place('navy-polo.jpg', path)
  const { metadata } = await world.observe()
  assert.equal([metadata.usable, metadata.skipped, metadata.replaced], [3, 0, 1])
})

observing('passes by a folder that is as it was, and drops the pictures of one that is gone', async () => {
  await using world = await makeWorld()
  await world.observe()
  const seen = await seenOf(world.db)
  await place('white-polo.jpg', join(world.folder, 'post-1', '2.jpg'))
  assert.is((await world.observe()).metadata.change, '1 new')
  assert.equal(
    (await seenOf(world.db)).map(({ path, seen: at }) => [path, at]),
    [
      ['post-1/1.jpg', seen[0]!.seen + 1],
      ['post-2/1.jpg', seen[0]!.seen],
      ['post-1/2.jpg', seen[0]!.seen + 1],
    ],
  )
  await rm(join(world.folder, 'post-2'), { recursive: true })
  const { metadata } = await world.observe()
  assert.equal([metadata.change, metadata.usable, metadata.posts], ['1 removed', 2, 1])
})

observing(
  'reads a picture again whose request found it changed, though its folder is as it was',
  async () => {
    await using world = await makeWorld()
    await world.observe()
    const request = { id: 1, recipe_id: 1, fingerprint: '0'.repeat(40), state: 'pending' as const }
    const recipe = { id: 1, digest: 'd', model: 'm', profile: 'p', body: '{}', created_at: 't' }
    await world.db.insertInto('recipes').values(recipe).execute()
    await world.db.insertInto('requests').values(request).execute()
    const asRecorded = { request_id: 1, sha256: 'as recorded' }
    await world.db.updateTable('images').set(asRecorded).where('path', '=', 'post-2/1.jpg').execute()
    await forgetStats(world.db, 1)
    assert.is((await world.observe()).metadata.replaced, 1)
  },
)

observing(
  'goes from a folder to a manifest and back without losing or keeping a picture too many',
  async () => {
    await using world = await makeWorld()
    const first = await world.observe()
    const manifest = join(world.folder, '..', 'posts.csv')
    await writeFile(manifest, 'image,post_id\nphotos/post-1/1.jpg,post-1')
    assert.is((await world.observe(manifest)).metadata.usable, 1)
    const again = await world.observe()
    assert.equal([again.dataVersion, again.metadata.usable], [first.dataVersion, 2])
  },
)

observing.run()

function seenOf(db: Db): Promise<{ path: string; seen: number }[]> {
  return db.selectFrom('images').select(['path', 'seen']).orderBy('id').execute()
}
