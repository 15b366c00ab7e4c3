import { link, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryFolder } from './temporary-folder.js'
import { imagesIn, refusalsIn } from './walked-images.js'

const links = suite('links in a folder')

links('follows a link to a file inside: two paths are two images with one place', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('a/1.jpg')
  await symlink('a/1.jpg', join(folder.path, 'b.jpg'))
  await link(file, join(folder.path, 'hard.jpg'))
  const images = await imagesIn(folder.path)
  assert.equal(
    images.map(({ path }) => path),
    ['b.jpg', 'hard.jpg', 'a/1.jpg'],
  )
  assert.equal(images[0]?.place, { kind: 'file', absolute: file })
  assert.equal(images[0]?.stat, images[2]?.stat)
})

links('refuses links that lead out, to nothing, or to themselves', async () => {
  await using outside = await temporaryFolder()
  await using folder = await temporaryFolder()
  await outside.write('secret.jpg')
  const to = (target: string, name: string): Promise<void> => symlink(target, join(folder.path, name))
  await to(join(outside.path, 'secret.jpg'), 'file.jpg')
  await to(outside.path, 'folder')
  await to('/dev/null', 'device.jpg')
  await to('gone', 'gone.jpg')
  await to('self.jpg', 'self.jpg')
  await to('../'.repeat(30) + 'etc/passwd', 'up.jpg')
  assert.equal(await refusalsIn(folder.path), [
    ['folder', 'link_outside'],
    ['device.jpg', 'link_outside'],
    ['file.jpg', 'link_outside'],
    ['gone.jpg', 'missing'],
    ['self.jpg', 'link_loop'],
    ['up.jpg', 'link_outside'],
  ])
})

links('does not take a neighbour for the inside because its name begins alike', async () => {
  await using parent = await temporaryFolder()
  await parent.write('set/1.jpg')
  await parent.write('set-private/1.jpg')
  await symlink('../set-private/1.jpg', join(parent.path, 'set', '2.jpg'))
  assert.equal(await refusalsIn(join(parent.path, 'set')), [['2.jpg', 'link_outside']])
})

links('follows a folder link once, and refuses loops', async () => {
  await using folder = await temporaryFolder()
  await folder.write('a/1.jpg')
  await folder.write('b/c/2.jpg')
  await symlink('.', join(folder.path, 'a', 'self'))
  await symlink('../..', join(folder.path, 'b', 'c', 'top'))
  await symlink('a', join(folder.path, 'again'))
  await symlink('a', join(folder.path, 'once-more'))
  const images = await imagesIn(folder.path)
  assert.equal(
    images.map(({ path, refused }) => [path, refused?.reason]),
    [
      ['once-more', 'link_repeated'],
      ['a/self', 'link_loop'],
      ['a/1.jpg', undefined],
      ['again/self', 'link_loop'],
      ['again/1.jpg', undefined],
      ['b/c/top', 'link_loop'],
      ['b/c/2.jpg', undefined],
    ],
  )
})

links('ends on folders that link to each other', async () => {
  await using folder = await temporaryFolder()
  const depth = 12
  for (let level = 0; level < depth; level++) {
    await folder.write(`f${level}/1.jpg`)
    for (const name of ['l', 'r'])
      await symlink(`../f${(level + 1) % depth}`, join(folder.path, `f${level}`, name))
  }
  const images = await imagesIn(folder.path)
  assert.ok(images.length < 20 * depth, `${images.length} paths`)
  assert.is(new Set(images.map(({ path }) => path)).size, images.length)
})

links('accepts a top folder that is itself a link', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('real/1.jpg')
  await symlink('real', join(folder.path, 'link'))
  const [image] = await imagesIn(join(folder.path, 'link'))
  assert.is(image?.path, '1.jpg')
  assert.equal(image?.place, { kind: 'file', absolute: file })
})

links.run()
