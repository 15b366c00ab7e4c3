import { execFileSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FoundImage } from '../../../assets/intake/found-image.js'
import { readManifest } from '../../../assets/intake/read-manifest.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

const manifests = suite('reading a manifest')

async function imagesIn(path: string): Promise<FoundImage[]> {
  const images: FoundImage[] = []
  const format = path.endsWith('.csv') ? 'csv' : 'jsonl'
  for await (const chunk of readManifest(path, format)) images.push(...chunk)
  return images
}

async function csv(folder: TemporaryFolder, text: string | Uint8Array): Promise<FoundImage[]> {
  return imagesIn(await folder.write('list.csv', text))
}

async function jsonl(folder: TemporaryFolder, text: string): Promise<FoundImage[]> {
  return imagesIn(await folder.write('list.jsonl', text))
}

async function csvError(text: string | Uint8Array): Promise<HemlineError> {
  await using folder = await temporaryFolder()
  return (await rejection(csv(folder, text))) as HemlineError
}

async function jsonlError(text: string): Promise<HemlineError> {
  await using folder = await temporaryFolder()
  return (await rejection(jsonl(folder, text))) as HemlineError
}

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

manifests('says of what it cannot use why, and goes on', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'folder'))
  await folder.write('1.jpg')
  execFileSync('mkfifo', [join(folder.path, 'pipe.jpg')])
  await symlink('loop', join(folder.path, 'loop'))
  const rows = [
    'gone.jpg',
    'no/folder/1.jpg',
    'folder',
    'pipe.jpg',
    '1.jpg/2.jpg',
    'loop',
    'loop/1.jpg',
    `${'x'.repeat(300)}.jpg`,
    '1.jpg',
  ]
  const images = await csv(folder, `image,post_id\n${rows.map((row) => `${row},p`).join('\n')}\n`)
  assert.equal(
    images.map(({ refused }) => refused?.reason ?? 'fine'),
    [
      'missing',
      'missing',
      'not_a_file',
      'not_a_file',
      'missing',
      'link_loop',
      'link_loop',
      'unreadable',
      'fine',
    ],
  )
})

manifests('asks for the column "image", and guesses which one was meant', async () => {
  const error = await csvError('picture,post_id\na.jpg,1\n')
  assert.is(error.code, 'manifest_without_image_column')
  assert.is(error.message, 'line 1 of "list.csv" has no column "image"; it has "picture", "post_id"')
  assert.is(error.hint, 'Did you mean "picture"? Name it "image".')
  assert.match((await csvError('imgae\na.jpg\n')).hint ?? '', 'Did you mean "imgae"')
  assert.match((await csvError('Image\na.jpg\n')).hint ?? '', 'Did you mean "Image"')
  assert.not.match((await csvError('a,b\n1,2\n')).hint ?? '', 'Did you mean')
  assert.match((await jsonlError('{"image":"1.jpg"}\n{"img":"2.jpg"}\n')).message, 'line 2 of "list.jsonl"')
})

const mistakes: [behaviour: string, text: string, line: number, message: RegExp][] = [
  ['a position of 0', 'image,position\na,1\nb,0\n', 3, /whole number from 1, got "0"/],
  ['a position that is no number', 'image,position\na,one\n', 2, /got "one"/],
  ['a position with a fraction', 'image,position\na,1.5\n', 2, /got "1.5"/],
  ['a row without an image', 'image,post_id\na,p\n ,p\n', 3, /names no image/],
  [
    'an image twice in a post',
    'image,post_id\na,p\nb,p\n./a,p\n',
    4,
    /"\.\/a" is in the post "p" already, on line 2/,
  ],
  ['a row with too many values', 'image,post_id\na,p\nb,p,q\n', 3, /more or fewer values/],
  ['a quote that is never closed', 'image,post_id\na,"p\nb,q\n', 3, /never closed/],
  ['a quote inside a value', 'image,post_id\na,6" heels\nb,q\n', 2, /not quoted/],
  ['text after a closing quote', 'image,post_id\na,"p" q\n', 2, /closing quote/],
  ['a row without end', `image,post_id\na,"${'x'.repeat(2_000_000)}\n`, 2, /longer than/],
  ['two columns of one name', 'image,a,a\n1,2,3\n', 1, /two columns "a"/],
]

for (const [behaviour, text, line, message] of mistakes)
  manifests(`names the line of ${behaviour}`, async () => {
    const error = await csvError(text)
    assert.is(error.code, 'manifest_row_invalid', error.stack)
    assert.match(error.message, new RegExp(`^line ${line} of "list.csv": `))
    assert.match(error.message, message)
    assert.ok(error.hint)
  })

manifests('counts lines past quoted newlines and empty lines', async () => {
  const rows = 'image,note,position\r\na,"1\r\n2\r\n3",1\r\n\r\nb,"1\n2",2\r\nc,"x",3\r\nd,,bad\r\n'
  assert.match((await csvError(rows)).message, /^line 9 of/)
  const within = 'image,note,position\na,ok,1\nb,"1\n2\n3",bad\n'
  assert.match((await csvError(within)).message, /^line 3 of/)
})

manifests('names the line of JSON that is none, or no object', async () => {
  for (const bad of ['{"image":', '[1]', '"a"', 'null', '{"image":"a"} x']) {
    const error = await jsonlError(`{"image":"1.jpg"}\n\n${bad}\n`)
    assert.is(error.code, 'manifest_row_invalid', bad)
    assert.match(error.message, /^line 3 of "list.jsonl"/)
  }
})

manifests('refuses text that is not UTF-8, also where a character is cut off at the end', async () => {
  for (const tail of ['\xe9t\xe9\n', '\xc3']) {
    const error = await csvError(Buffer.from(`image\na.jpg\n${tail}`, 'latin1'))
    assert.is(error.code, 'manifest_not_utf8', tail)
    assert.match(error.hint ?? '', 'CSV UTF-8')
  }
  await using folder = await temporaryFolder()
  const path = await folder.write('list.jsonl', Buffer.from('{"image":"a"}\n{"image":"\xe9"}\n', 'latin1'))
  const error = (await rejection(imagesIn(path))) as HemlineError
  assert.is(error.code, 'manifest_not_utf8')
  assert.match(error.message, 'line 2')
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
