import { execFileSync } from 'node:child_process'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { temporaryFolder } from './temporary-folder.js'
import { imagesIn, csv, csvError, jsonlError } from './manifest-images.js'

const mistaken = suite('mistakes in a manifest')

mistaken('says of what it cannot use why, and goes on', async () => {
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

mistaken('asks for the column "image", and guesses which one was meant', async () => {
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
  mistaken(`names the line of ${behaviour}`, async () => {
    const error = await csvError(text)
    assert.is(error.code, 'manifest_row_invalid', error.stack)
    assert.match(error.message, new RegExp(`^line ${line} of "list.csv": `))
    assert.match(error.message, message)
    assert.ok(error.hint)
  })

mistaken('counts lines past quoted newlines and empty lines', async () => {
  const rows = 'image,note,position\r\na,"1\r\n2\r\n3",1\r\n\r\nb,"1\n2",2\r\nc,"x",3\r\nd,,bad\r\n'
  assert.match((await csvError(rows)).message, /^line 9 of/)
  const within = 'image,note,position\na,ok,1\nb,"1\n2\n3",bad\n'
  assert.match((await csvError(within)).message, /^line 3 of/)
})

mistaken('names the line of JSON that is none, or no object', async () => {
  for (const bad of ['{"image":', '[1]', '"a"', 'null', '{"image":"a"} x']) {
    const error = await jsonlError(`{"image":"1.jpg"}\n\n${bad}\n`)
    assert.is(error.code, 'manifest_row_invalid', bad)
    assert.match(error.message, /^line 3 of "list.jsonl"/)
  }
})

mistaken('refuses text that is not UTF-8, also where a character is cut off at the end', async () => {
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

mistaken.run()
