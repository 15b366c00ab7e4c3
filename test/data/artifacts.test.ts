import { readFile, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createArtifact, writeAtomically } from '../../data/artifacts.js'
import { temporaryDirectory } from '../pipeline/provider/local-server/temporary-directory.js'
import { rejection } from '../rejection.js'

const artifacts = suite('artifacts')

artifacts('hold what was written, in its order, from a room that is used again', async () => {
  await using folder = await temporaryDirectory()
  const path = join(folder.path, 'new', 'file')
  const artifact = await createArtifact(path)
  const [room, expected] = [Buffer.alloc(40_000_000), [] as Buffer[]]
  for (const [index, length] of [1, 700_000, 400_000, 0, 40_000_000, 1_048_576, 5].entries()) {
    const content = room.subarray(0, length).fill(`${index},`)
    expected.push(Buffer.from(content))
    await artifact.write(content)
  }
  await artifact.write('é')
  const whole = Buffer.concat([...expected, Buffer.from('é')])
  assert.is(artifact.bytes, whole.length)
  await artifact.commit()
  assert.ok((await readFile(path)).equals(whole))
  assert.equal(await readdir(join(folder.path, 'new')), ['file'])
})

artifacts('say that the disk is full before they have their name, and leave nothing', async () => {
  await using folder = await temporaryDirectory()
  for (const length of [10, 5_000_000]) {
    await symlink('/dev/full', join(folder.path, 'file.part'))
    const artifact = await createArtifact(join(folder.path, 'file'))
    const writing = artifact.write(Buffer.alloc(length)).then(() => artifact.commit())
    assert.match((await rejection(writing)).message, 'ENOSPC')
    await artifact.discard()
    assert.equal(await readdir(folder.path), [])
    await symlink('/dev/full', join(folder.path, 'file.part'))
    const whole = writeAtomically(join(folder.path, 'file'), Buffer.alloc(length))
    assert.match((await rejection(whole)).message, 'ENOSPC')
    assert.equal(await readdir(folder.path), [])
  }
})

artifacts.run()
