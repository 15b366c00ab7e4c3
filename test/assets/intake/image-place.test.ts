import { execFileSync } from 'node:child_process'
import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fetchedPath } from '../../../assets/intake/fetch-image.js'
import { placesOf } from '../../../assets/intake/image-place.js'
import { openSource } from '../../../assets/intake/source.js'
import { readPicture } from '../../../assets/picture/read-picture.js'
import { temporaryFolder } from './temporary-folder.js'

const placing = suite('the place of an image')

placing('is the place that the walk gave, for every image of a folder', async () => {
  await using folder = await temporaryFolder()
  await folder.write('post/1.jpg')
  await folder.write('a\\b\n.jpg')
  await symlink('post/1.jpg', join(folder.path, 'link.jpg'))
  await symlink('post', join(folder.path, 'again'))
  await writeFile(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff])]), 'x')
  let count = 0
  for await (const chunk of (await openSource(folder.path)).images())
    for (const { path, place } of chunk) {
      count++
      assert.equal(placesOf(folder.path, '/fetched')(path), place.kind === 'file' ? place.absolute : '', path)
    }
  assert.is(count, 5)
  execFileSync('rm', ['-r', folder.path])
})

placing('starts from the folder of a manifest', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('post/1.jpg')
  const manifest = await folder.write('list.csv', 'image\npost/1.jpg\n')
  assert.is(placesOf(manifest, '/fetched')('post/1.jpg'), file)
})

placing('of a URL is the file that it is fetched into', () => {
  const url = 'https://x.test/a.jpg'
  assert.is(placesOf('/anywhere', '/fetched')(url), fetchedPath(url, '/fetched'))
  assert.match(fetchedPath(url, '/fetched'), /^\/fetched\/[0-9a-f]{64}$/)
})

placing('gives nothing to read once a link leads out, or the file or the source is gone', async () => {
  await using outside = await temporaryFolder()
  await outside.write('secret/1.jpg')
  await using folder = await temporaryFolder()
  await folder.write('post/1.jpg')
  const read = (placeOf: ReturnType<typeof placesOf>): string => {
    const answer = readPicture(placeOf('post/1.jpg'))
    return answer.ok ? 'read' : answer.reason
  }
  const placeOf = placesOf(folder.path, '/fetched')
  assert.is(read(placeOf), 'read')
  await rm(join(folder.path, 'post'), { recursive: true })
  assert.is(read(placeOf), 'missing')
  await symlink(join(outside.path, 'secret'), join(folder.path, 'post'))
  assert.is(read(placeOf), 'not_a_file')
  await symlink(folder.path, join(outside.path, 'link'))
  const throughLink = placesOf(join(outside.path, 'link'), '/fetched')
  await rm(join(folder.path, 'post'))
  await folder.write('post/1.jpg')
  assert.is(read(throughLink), 'read')
  await rm(join(outside.path, 'link'))
  await symlink(join(outside.path, 'secret'), join(outside.path, 'link'))
  await outside.write('secret/post/1.jpg')
  assert.is(read(throughLink), 'not_a_file')
  assert.is(read(placesOf('/nowhere/at/all', '/fetched')), 'missing')
})

placing.run()
