import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, rm, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { blackPng, withoutTables } from '../assets/picture/sample-pictures.js'
import { type Desk, makeDesk } from './cli.js'

const bad = suite('a folder full of trouble')

const LOCAL = ['materialize', '--provider', 'local', '--wait', '--poll-interval', '0.05']

const jacket = fileURLToPath(new URL('../photos/red-jacket.jpg', import.meta.url))
const hoodie = fileURLToPath(new URL('../photos/mint-hoodie.jpg', import.meta.url))

/** Names that break programs: each is a usable picture of its own, told from the others by a comment in its bytes. */
const oddNames = [
  'line\nfeed.jpg',
  '👗 dress.jpg',
  '-rf.jpg',
  '--home.jpg',
  '$(touch owned).jpg',
  'quo\'te".jpg',
  ' blank .jpg',
  'tab\t.jpg',
  'back\\slash.jpg',
  '%2e%2e%2f.jpg',
  '__proto__.jpg',
  'é.jpg',
  'e\u0301.jpg',
  'no-ending',
]

async function placeTrouble(desk: Desk): Promise<void> {
  const at = (...names: string[]): string => desk.path('in', ...names)
  await mkdir(at('post'), { recursive: true })
  await copyFile(jacket, at('post', '1.jpg'))
  await writeFile(at('post', '2.jpg'), '')
  await writeFile(at('post', '3.jpg'), '<!doctype html><html><body>Log in to see this</body></html>')
  await copyFile(hoodie, at('post', '4.jpg'))
  await truncate(at('post', '4.jpg'), (await readFile(hoodie)).length / 2)
  await writeFile(at('post', '5.png'), blackPng(30_000, 30_000))
  execFileSync('mkfifo', [at('post', '6.jpg')])
  await copyFile(jacket, desk.path('outside.jpg'))
  await symlink(desk.path('outside.jpg'), at('post', '7.jpg'))
  await symlink('nowhere.jpg', at('post', '8.jpg'))
  await copyFile(hoodie, at('post', '9.png'))
  await writeFile(at('post', '10.jpg'), await withoutTables(readFile(jacket)))
  await symlink(at(), at('loop'))
  await writeFile(at('.hidden.jpg'), 'hidden')
  await writeFile(at('Thumbs.db'), 'system')
  await writeFile(at('post', 'caption.txt'), 'a companion')
  await mkdir(at('odd'))
  const jpeg = await readFile(jacket)
  for (const name of oddNames) await writeFile(at('odd', name), Buffer.concat([jpeg, Buffer.from(name)]))
  const bytes = Buffer.concat([Buffer.from(`${at('odd')}/`), Buffer.from([0xff, 0xfe]), Buffer.from('.jpg')])
  writeFileSync(bytes, jpeg)
  appendFileSync(bytes, 'not UTF-8')
  mkdirSync(at('folder.jpg'))
}

bad('is described as far as it goes, and each file that is left out says why', async () => {
  await using desk = await makeDesk()
  await placeTrouble(desk)
  const run = await desk.json([...LOCAL, '--images', 'in'])
  assert.equal([run.state, run.spent.requests], ['done', 2 + oddNames.length + 1])

  const images = await desk.lines(['images'])
  const skipped = images.filter(({ state }) => state === 'skipped')
  assert.equal(Object.fromEntries(skipped.map(({ image, reason }) => [image, reason])), {
    'post/2.jpg': 'empty',
    'post/3.jpg': 'not_an_image',
    'post/4.jpg': 'truncated',
    'post/5.png': 'too_many_pixels',
    'post/6.jpg': 'not_a_file',
    'post/7.jpg': 'link_outside',
    'post/8.jpg': 'missing',
    'post/10.jpg': 'damaged',
    loop: 'link_loop',
  })
  assert.ok(skipped.every(({ detail }) => detail.length > 10))
  const described = images.filter(({ state }) => state === 'described').map(({ image }) => image)
  const odd = oddNames.map((name) => `odd/${name.replaceAll('\\', '\\\\')}`)
  assert.equal(described.toSorted(), ['post/1.jpg', 'post/9.png', ...odd, 'odd/\\xFF\\xFE.jpg'].toSorted())
  assert.is(images.length, skipped.length + described.length, 'nothing else is listed')

  // The post goes on without what cannot be used, and says so.
  const post = (await desk.lines(['posts'])).find(({ post_id }) => post_id === 'post')
  assert.is(post.images.length, 10)
  assert.is(post.images.filter(({ state }: { state: string }) => state === 'described').length, 2)
  // The table holds odd names on one line each, and nothing of them reaches the terminal raw.
  const { stdout: table } = await desk.run(['images', '--limit', '1000'])
  assert.is(table.split('\n').filter((line) => line.includes('feed.jpg')).length, 1)
  assert.not.match(table, '\t')

  // Looked at again nothing is sent, and what has been mended is the one new request.
  await copyFile(hoodie, desk.path('in', 'post', '4.jpg'))
  await writeFile(desk.path('in', 'post', '2.jpg'), Buffer.concat([await readFile(jacket), Buffer.from('2')]))
  const mended = await desk.json(LOCAL)
  // `4.jpg` now has the bytes of `9.png`, which are answered.
  assert.is(mended.spent.requests, 1)
  const left = (await desk.lines(['images'])).filter(({ state }) => state === 'skipped')
  assert.is(left.length, 7)
})

bad('that holds no usable picture at all is done, without a batch, and says why', async () => {
  await using desk = await makeDesk()
  await mkdir(desk.path('in'))
  await writeFile(desk.path('in', '1.jpg'), '')
  const run = await desk.json([...LOCAL, '--images', 'in'])
  assert.equal([run.state, run.submitted_batches, run.spent.requests], ['done', 0, 0])
  const { stdout } = await desk.run(['status'])
  assert.match(stdout, '0 images in 1 post, 1 skipped')
})

bad(
  'without a picture any more is taken for a disk that is not there, not for posts that are gone',
  async () => {
    await using desk = await makeDesk()
    await mkdir(desk.path('in'))
    await copyFile(jacket, desk.path('in', '1.jpg'))
    await desk.json([...LOCAL, '--images', 'in'])
    await rm(desk.path('in', '1.jpg'))
    for (const leftBehind of [undefined, 'not-mounted.txt', '.hidden.jpg']) {
      if (leftBehind !== undefined) await writeFile(desk.path('in', leftBehind), 'x')
      const { code, stderr } = await desk.run([...LOCAL, '--images', 'in'])
      assert.is(code, 1)
      assert.match(stderr, /error: there are no pictures in .*\nhint: /)
      assert.is((await desk.lines(['posts'])).length, 1)
    }
    await copyFile(jacket, desk.path('in', '1.jpg'))
    assert.is((await desk.json([...LOCAL, '--images', 'in'])).spent.requests, 0)
  },
)

bad.run()
