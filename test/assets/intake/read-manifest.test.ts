import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FoundImage } from '../../../assets/intake/found-image.js'
import { readManifest } from '../../../assets/intake/read-manifest.js'
import { temporaryFolder } from './temporary-folder.js'
import { imagesIn, csv, jsonl } from './manifest-images.js'

const manifests = suite('reading a manifest')

const positions = (images: FoundImage[]): [string, string, number][] =>
  images.map(({ path, post, position }) => [path, post, position])

manifests('keeps post, position and every further column', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('look/01.jpg', 'four')
  const [image] = await csv(
    folder,
    'image,post_id,position,caption,price\nlook/01.jpg,summer,7,"a, ""b""",9.90\n',
  )
  assert.is(image?.path, 'look/01.jpg')
  assert.is(image?.post, 'summer')
  assert.is(image?.position, 7)
  assert.equal(image?.columns, { caption: 'a, "b"', price: '9.90' })
  assert.equal(image?.place, { kind: 'file', absolute: file })
  assert.is(image?.stat?.bytes, 4)
  assert.is(image?.refused, undefined)
})

manifests(
  'reads what Excel writes: byte order mark, CRLF, semicolons, quoted newlines, empty lines and rows',
  async () => {
    await using folder = await temporaryFolder()
    await folder.write('1.jpg')
    await folder.write('2.jpg')
    const images = await csv(
      folder,
      '\uFEFFimage;post_id;"note, or; so";\r\n1.jpg;p;"two\r\nlines";x\r\n\r\n;;;\r\n2.jpg;p;a,b,c;\r\n',
    )
    assert.equal(positions(images), [
      ['1.jpg', 'p', 1],
      ['2.jpg', 'p', 2],
    ])
    assert.equal(
      images.map(({ columns }) => columns),
      [
        { 'note, or; so': 'two\r\nlines', column_4: 'x' },
        { 'note, or; so': 'a,b,c', column_4: '' },
      ],
    )
  },
)

manifests('reads tabs', async () => {
  await using folder = await temporaryFolder()
  assert.equal(positions(await csv(folder, 'image\tpost_id\n1,2.jpg\ta\n')), [['1,2.jpg', 'a', 1]])
})

manifests('keeps JSON values that are no strings as JSON', async () => {
  await using folder = await temporaryFolder()
  const [image] = await jsonl(
    folder,
    '{"image":"1.jpg","post_id":12,"position":2,"likes":5,"tags":["a"],"none":null,"line":"\u2028","__proto__":"kept"}\r\n',
  )
  assert.is(image?.post, '12')
  assert.is(image?.position, 2)
  assert.equal(Object.entries(image?.columns ?? {}), [
    ['likes', '5'],
    ['tags', '["a"]'],
    ['none', ''],
    ['line', '\u2028'],
    ['__proto__', 'kept'],
  ])
})

manifests('falls back to the name where no post is given, and to the order of the rows', async () => {
  await using folder = await temporaryFolder()
  const images = await csv(
    folder,
    'image,post_id\nlook-1/b.jpg,\nlook-1/a.jpg,\nsummer_4.jpg,\nalone.jpg,\nhttps://x.test/a.jpg,\n9.jpg,given\n',
  )
  assert.equal(positions(images), [
    ['look-1/b.jpg', 'look-1', 1],
    ['look-1/a.jpg', 'look-1', 2],
    ['summer_4.jpg', 'summer', 4],
    ['alone.jpg', 'alone', 1],
    ['https://x.test/a.jpg', 'https://x.test/a.jpg', 1],
    ['9.jpg', 'given', 1],
  ])
})

manifests('takes an https URL as it is, and refuses every other', async () => {
  await using folder = await temporaryFolder()
  const url = 'https://cdn.test/a.jpg?sig=%2B&x=1'
  const [image, ...refused] = await jsonl(
    folder,
    [
      url,
      'http://cdn.test/a.jpg',
      'file:///etc/passwd',
      's3://b/a.jpg',
      'https://',
      'data:image/png;base64,AA',
    ]
      .map((text) => JSON.stringify({ image: text, post_id: 'p' }))
      .join('\n'),
  )
  assert.is(image?.path, url)
  assert.equal(image?.place, { kind: 'url', url })
  assert.is(image?.stat, undefined)
  assert.equal(
    refused.map((one) => one.refused?.reason),
    Array(5).fill('not_https'),
  )
})

manifests('brings different spellings of a path to one', async () => {
  await using folder = await temporaryFolder()
  await folder.write('a/1.jpg')
  for (const spelling of ['a/1.jpg', './a/1.jpg', 'a//1.jpg', 'b/../a/1.jpg', join(folder.path, 'a/1.jpg')]) {
    const [image] = await jsonl(folder, JSON.stringify({ image: spelling }))
    assert.is(image?.path, 'a/1.jpg', spelling)
    assert.is(image?.stat?.bytes, 1, spelling)
  }
})

manifests(
  'finds names that are not UTF-8 by the text that stands for them, and names with a backslash',
  async () => {
    await using folder = await temporaryFolder()
    await writeFile(
      Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xe9]), Buffer.from('.jpg')]),
      'five!',
    )
    await folder.write('a\\b.jpg')
    const images = await jsonl(
      folder,
      ['\\xE9.jpg', 'a\\b.jpg'].map((image) => JSON.stringify({ image })).join('\n'),
    )
    assert.equal(
      images.map(({ path, stat, refused }) => [path, stat?.bytes, refused]),
      [
        ['\\xE9.jpg', 5, undefined],
        ['a\\\\b.jpg', 1, undefined],
      ],
    )
    execFileSync('rm', ['-r', folder.path])
  },
)

manifests('refuses paths and links that lead out of its folder', async () => {
  await using parent = await temporaryFolder()
  await parent.write('secret.jpg')
  await parent.write('in/1.jpg')
  await symlink('../secret.jpg', join(parent.path, 'in', 'link.jpg'))
  await symlink('..', join(parent.path, 'in', 'up'))
  await symlink('1.jpg', join(parent.path, 'in', 'fine.jpg'))
  const rows = [
    '../secret.jpg',
    '/etc/passwd',
    'link.jpg',
    'up/secret.jpg',
    'a/../../secret.jpg',
    'fine.jpg',
    '1.jpg',
  ]
  const path = await parent.write('in/list.csv', `image\n${rows.join('\n')}\n`)
  assert.equal(
    (await imagesIn(path)).map(({ refused }) => refused?.reason ?? 'fine'),
    [...Array(5).fill('link_outside'), 'fine', 'fine'],
  )
})

manifests(
  'reads 300,000 rows with a heap that could not hold them, in arrays cut between posts',
  async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'list.csv')
    const out = createWriteStream(path)
    out.write('image,post_id,caption\n')
    for (let post = 0; post < 100_000; post++)
      out.write(
        [1, 2, 3].map((n) => `https://cdn.test/${post}/${n}.jpg,post-${post},${'c'.repeat(300)}\n`).join(''),
      )
    out.end()
    await once(out, 'finish')
    const script = `
    import { readManifest } from ${JSON.stringify(new URL('../../../assets/intake/read-manifest.ts', import.meta.url).href)}
    const chunks = { images: 0, largest: 0, uncut: true }
    for await (const chunk of readManifest(${JSON.stringify(path)}, 'csv')) {
      chunks.images += chunk.length
      chunks.largest = Math.max(chunks.largest, chunk.length)
      chunks.uncut &&= chunk[0].position === 1
    }
    process.stdout.write(JSON.stringify(chunks))`
    const heap = ['--max-old-space-size=64', '--import', 'tsx', '--input-type=module', '-e', script]
    const { images, largest, uncut } = JSON.parse(execFileSync(process.execPath, heap).toString())
    assert.is(images, 300_000)
    assert.ok(largest <= 1_000)
    assert.ok(uncut)
  },
)

manifests('stops reading when its reader stops', async () => {
  await using folder = await temporaryFolder()
  const path = await folder.write(
    'list.csv',
    `image\n${Array.from({ length: 50_000 }, (_, n) => `${n}.jpg\n`).join('')}`,
  )
  for await (const chunk of readManifest(path, 'csv')) {
    assert.is(chunk.length > 0, true)
    break
  }
})

manifests.run()
