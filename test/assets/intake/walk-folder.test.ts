import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, rename, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, relative } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { chunkSize } from '../../../assets/intake/found-folder.js'
import { walkFolder } from '../../../assets/intake/walk-folder.js'
import { type Db, openDatabase } from '../../../data/database.js'
import { BATCH_FOLDER, homeAt } from '../../../data/home.js'
import { rejection } from '../../rejection.js'
import { temporaryFolder } from './temporary-folder.js'
import { chunksOf, imagesIn, pathsIn, refusalsIn } from './walked-images.js'

const walking = suite('walking a folder')

walking('gives one array a folder, its posts and positions in order, and what a stat says', async () => {
  await using folder = await temporaryFolder()
  await folder.write('b/10.jpg')
  await folder.write('b/9.jpg')
  await folder.write('a/c/1.jpg')
  await folder.write('top_2.jpg')
  const file = await folder.write('top_1.jpg', 'four')
  const chunks = await chunksOf(folder.path)
  assert.equal(
    chunks.map((chunk) => chunk.map(({ path, post, position }) => [path, post, position])),
    [
      [
        ['top_1.jpg', 'top', 1],
        ['top_2.jpg', 'top', 2],
      ],
      [['a/c/1.jpg', 'a/c', 1]],
      [
        ['b/9.jpg', 'b', 9],
        ['b/10.jpg', 'b', 10],
      ],
    ],
  )
  const { ctimeNs, ino, mtimeNs } = statSync(file, { bigint: true })
  assert.equal(chunks[0]?.[0], {
    path: 'top_1.jpg',
    post: 'top',
    position: 1,
    columns: {},
    place: { kind: 'file', absolute: file },
    stat: { bytes: 4, mtimeNs: String(mtimeNs), ctimeNs: String(ctimeNs), inode: String(ino) },
  })
})

walking(
  'gives the same stat for an untouched file, and another for a changed one, down to the nanosecond',
  async () => {
    await using folder = await temporaryFolder()
    const file = await folder.write('a.jpg')
    const statOf = async (): Promise<unknown> => (await imagesIn(folder.path))[0]?.stat
    const before = await statOf()
    assert.equal(await statOf(), before)
    await utimes(file, 1_700_000_000, 1_700_000_000)
    assert.not.equal(await statOf(), before)
    execFileSync('touch', ['-d', '2023-11-14T22:13:20.000000001Z', file])
    assert.is(((await statOf()) as { mtimeNs: string }).mtimeNs, '1700000000000000001')
  },
)

walking(
  'passes over hidden and system files, companions and downloads under way, and counts them',
  async () => {
    await using folder = await temporaryFolder()
    const passedOver = [
      '.hidden.jpg',
      'Thumbs.db',
      'a.txt',
      'a.json.xz',
      'a.mp4',
      'b.jpg.part',
      '@eaDir/a.jpg',
      '__MACOSX/a.jpg',
      '.git/a.jpg',
    ]
    for (const name of [...passedOver, 'a.jpg']) await folder.write(name)
    const counter = { files: 0 }
    const paths: string[] = []
    for await (const chunk of walkFolder(folder.path, counter)) paths.push(...chunk.map(({ path }) => path))
    assert.equal(paths, ['a.jpg'])
    assert.is(counter.files, passedOver.length)
  },
)

walking(
  'passes over what homes keep, in the folder itself and below it, and nothing else of such a name',
  async () => {
    await using folder = await temporaryFolder()
    const databases: Db[] = []
    for (const home of [homeAt(folder.path), homeAt(join(folder.path, 'closet/home'))]) {
      databases.push(await openDatabase(home.database))
      for (const place of [home.thumbs, home.fetched, home.localProvider, home.pathOf(BATCH_FOLDER)])
        await folder.write(relative(folder.path, join(place, 'ab/copy.webp')))
    }
    for (const name of ['1.jpg', 'closet/2.jpg', 'closet/thumbs/3.jpg']) await folder.write(name)
    assert.equal(await pathsIn(folder.path), ['1.jpg', 'closet/2.jpg', 'closet/thumbs/3.jpg'])
    for (const db of databases) await db.destroy()
  },
)

walking('looks at files without an extension, or with one that it does not know', async () => {
  await using folder = await temporaryFolder()
  for (const name of ['a', 'b.v2', 'c.jpg?stp=dst']) await folder.write(name)
  assert.equal(await pathsIn(folder.path), ['a', 'b.v2', 'c.jpg?stp=dst'])
})

walking('enters a folder whose name looks like a file', async () => {
  await using folder = await temporaryFolder()
  await folder.write('look.txt/01.jpg')
  assert.equal(await pathsIn(folder.path), ['look.txt/01.jpg'])
})

walking(
  'takes any legal name: newline, leading dash, backslash, emoji, 255 bytes, composed and decomposed',
  async () => {
    await using folder = await temporaryFolder()
    const names = [
      '-rf',
      'a\nb.jpg',
      'a\\b.jpg',
      '👗.jpg',
      'e\u0301.jpg',
      '\u00e9.jpg',
      `${'x'.repeat(251)}.jpg`,
      ' .jpg',
      '$(id).jpg',
    ]
    for (const name of names) await folder.write(name)
    const images = await imagesIn(folder.path)
    assert.equal(
      images.map(({ path }) => path).sort(),
      names.map((name) => name.replaceAll('\\', '\\\\')).sort(),
    )
    assert.ok(images.every(({ stat }) => stat?.bytes === 1))
  },
)

walking('takes names that are not UTF-8, and names a place that can be opened', async () => {
  await using folder = await temporaryFolder()
  const dir = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0x70, 0xff])])
  await mkdir(dir)
  const file = Buffer.concat([dir, Buffer.from([0x2f, 0xe9, 0x2e, 0x6a, 0x70, 0x67])])
  await writeFile(file, 'five!')
  const [image] = await imagesIn(folder.path)
  assert.is(image?.path, 'p\\xFF/\\xE9.jpg')
  assert.is(image?.post, 'p\\xFF')
  assert.equal(image?.place, { kind: 'file', absolute: file })
  assert.is(image?.stat?.bytes, 5)
  // Node's own recursive removal cannot name such files.
  execFileSync('rm', ['-r', folder.path])
})

walking('names pipes, sockets and their posts, and never opens them', async () => {
  await using folder = await temporaryFolder()
  execFileSync('mkfifo', [join(folder.path, 'pipe.jpg')])
  const server = createServer().listen(join(folder.path, 'socket.jpg'))
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    assert.equal(await refusalsIn(folder.path), [
      ['pipe.jpg', 'not_a_file'],
      ['socket.jpg', 'not_a_file'],
    ])
    assert.equal(
      (await imagesIn(folder.path)).map(({ refused }) => refused?.detail),
      ['a pipe, not a file', 'a socket, not a file'],
    )
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

walking('records a folder that this user may not list, and goes on', async () => {
  await using folder = await temporaryFolder()
  await folder.write('a/1.jpg')
  await folder.write('locked/1.jpg')
  await folder.write('z/1.jpg')
  await chmod(join(folder.path, 'locked'), 0)
  await chmod(folder.path, 0o755)
  // Root may list everything, so the walk runs as nobody where the tests run as root.
  const script = `
    import { walkFolder } from ${JSON.stringify(new URL('../../../assets/intake/walk-folder.ts', import.meta.url).href)}
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
    const found = []
    for await (const chunk of walkFolder(${JSON.stringify(folder.path)}, { files: 0 }))
      found.push(...chunk.map(({ path, post, refused }) => [path, post, refused?.reason ?? '']))
    process.stdout.write(JSON.stringify(found))`
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
  await chmod(join(folder.path, 'locked'), 0o755)
  assert.equal(JSON.parse(out.toString()), [
    ['a/1.jpg', 'a', ''],
    ['locked', 'locked', 'unreadable'],
    ['z/1.jpg', 'z', ''],
  ])
})

walking('rejects when the top folder is not there', async () => {
  const error = await rejection(imagesIn('/nowhere/at/all'))
  assert.match(error.message, '"/nowhere/at/all"')
  assert.is((error as { code?: string }).code, 'folder_unreadable')
})

walking('leaves out what disappears while it walks', async () => {
  await using folder = await temporaryFolder()
  await folder.write('a/1.jpg')
  await folder.write('b/1.jpg')
  const paths: string[] = []
  for await (const chunk of walkFolder(folder.path, { files: 0 })) {
    paths.push(...chunk.map(({ path }) => path))
    await rename(join(folder.path, 'b', '1.jpg'), join(folder.path, 'b', '.1.jpg'))
  }
  assert.equal(paths, ['a/1.jpg'])
})

walking('cuts a large folder between posts', async () => {
  await using folder = await temporaryFolder()
  for (let index = 0; index < 1_200; index++)
    writeFileSync(join(folder.path, `p${Math.floor(index / 7)}_${(index % 7) + 1}.jpg`), '')
  const chunks = await chunksOf(folder.path)
  assert.equal(
    chunks.map((chunk) => chunk.length),
    [994, 206],
  )
})

walking(
  'walks 20,000 files in one folder in order, in little memory, and lets other work in between',
  async () => {
    await using folder = await temporaryFolder()
    const flat = join(folder.path, 'flat')
    mkdirSync(flat)
    for (let index = 0; index < 20_000; index++) writeFileSync(join(flat, `${index}_picture.jpg`), '')
    const script = `
    import { walkFolder } from ${JSON.stringify(new URL('../../../assets/intake/walk-folder.ts', import.meta.url).href)}
    const seen = { images: 0, largest: 0, inOrder: true, turns: 0 }
    const timer = setInterval(() => seen.turns++, 1)
    for await (const chunk of walkFolder(${JSON.stringify(folder.path)}, { files: 0 })) {
      for (const { position } of chunk) seen.inOrder &&= position === ++seen.images
      seen.largest = Math.max(seen.largest, chunk.length)
    }
    clearInterval(timer)
    process.stdout.write(JSON.stringify(seen))`
    // Measured: 12 MB are enough, and 16 MB are not for keeping the images that are handed out.
    const heap = ['--max-old-space-size=16', '--import', 'tsx', '--input-type=module', '-e', script]
    const { turns, ...seen } = JSON.parse(execFileSync(process.execPath, heap).toString())
    assert.equal(seen, { images: 20_000, largest: chunkSize, inOrder: true })
    assert.ok(turns > 5, `${turns} turns`)
  },
)

walking.run()
