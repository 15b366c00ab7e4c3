import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openSource } from '../../../assets/intake/source.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { temporaryFolder } from './temporary-folder.js'

const opening = suite('opening a source')

async function refusal(location: string): Promise<HemlineError> {
  return (await rejection(openSource(location))) as HemlineError
}

async function pathsOf(location: string): Promise<string[]> {
  const paths: string[] = []
  for await (const chunk of (await openSource(location)).images())
    paths.push(...chunk.map(({ path }) => path))
  return paths
}

opening('takes a folder', async () => {
  await using folder = await temporaryFolder()
  await folder.write('post/1.jpg')
  const source = await openSource(folder.path)
  assert.is(source.kind, 'folder')
  assert.is(source.root, folder.path)
  assert.equal(await pathsOf(folder.path), ['post/1.jpg'])
})

opening('finds the same again when asked again', async () => {
  await using folder = await temporaryFolder()
  await folder.write('post/1.jpg')
  const source = await openSource(folder.path)
  const read = async (): Promise<unknown[]> => {
    const found: unknown[] = []
    for await (const chunk of source.images()) found.push(chunk)
    return found
  }
  assert.equal(await read(), await read())
})

opening('tells CSV and JSON Lines apart by what they hold, not by their names', async () => {
  await using folder = await temporaryFolder()
  await folder.write('1.jpg')
  const csv = await folder.write('list.jsonl', 'image\n1.jpg\n')
  const jsonl = await folder.write('list.txt', '\uFEFF \n{"image":"1.jpg"}\n')
  assert.equal(await pathsOf(csv), ['1.jpg'])
  assert.equal(await pathsOf(jsonl), ['1.jpg'])
  assert.is((await openSource(csv)).kind, 'manifest')
  assert.is((await openSource(csv)).root, folder.path)
})

opening('says that there is nothing, and what to name', async () => {
  const error = await refusal('no/such/place')
  assert.is(error.code, 'source_not_found')
  assert.is(error.message, 'there is no "no/such/place"')
  assert.match(error.hint ?? '', 'a column "image"')
})

opening('refuses an empty folder and an empty file', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'bare'))
  assert.is((await refusal(join(folder.path, 'bare'))).code, 'source_empty')
  assert.is((await refusal(await folder.write('empty.csv', ''))).code, 'source_empty')
})

opening('refuses a manifest without rows', async () => {
  await using folder = await temporaryFolder()
  for (const content of ['image,post_id\n', 'image']) {
    const path = await folder.write('list.csv', content)
    assert.is(((await rejection(pathsOf(path))) as HemlineError).code, 'source_empty')
  }
})

opening('refuses what is neither folder nor manifest, and says what it is', async () => {
  await using folder = await temporaryFolder()
  const picture = await refusal(await folder.write('a.jpg', Buffer.from('ffd8ffe000104a464946', 'hex')))
  assert.is(picture.code, 'source_not_usable')
  assert.match(picture.message, 'is neither CSV nor JSON Lines')
  const utf16 = await refusal(await folder.write('u.csv', Buffer.from('\uFEFFimage\r\na.jpg\r\n', 'utf16le')))
  assert.match(utf16.message, 'UTF-16')
  const array = await refusal(await folder.write('a.json', '[{"image":"1.jpg"}]'))
  assert.match(array.hint ?? '', 'one object a line')
})

opening('refuses a pipe without waiting for it', async () => {
  await using folder = await temporaryFolder()
  const pipe = join(folder.path, 'pipe.csv')
  execFileSync('mkfifo', [pipe])
  assert.is((await refusal(pipe)).code, 'source_not_usable')
})

opening.run()
