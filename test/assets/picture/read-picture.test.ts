import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { maxPictureBytes, readPicture } from '../../../assets/picture/read-picture.js'
import { temporaryFolder } from '../intake/temporary-folder.js'

const reading = suite('reading a picture')

function reasonFor(path: string | Buffer): string {
  const read = readPicture(path)
  return read.ok ? 'ok' : read.reason
}

reading('gives all bytes of a file, also under a name that is not UTF-8', async () => {
  await using folder = await temporaryFolder()
  const name = Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff])])
  const bytes = Buffer.alloc(300_000, 'abc')
  await writeFile(name, bytes)
  assert.equal(readPicture(name), { ok: true, bytes })
  execFileSync('rm', ['-r', folder.path])
})

reading('gives no bytes of an empty file', async () => {
  await using folder = await temporaryFolder()
  assert.equal(readPicture(await folder.write('empty.jpg', '')), { ok: true, bytes: Buffer.alloc(0) })
})

reading('never opens a pipe, a socket, a device, a folder or a link', async () => {
  await using folder = await temporaryFolder()
  const at = (name: string): string => join(folder.path, name)
  execFileSync('mkfifo', [at('pipe')])
  await mkdir(at('folder'))
  await folder.write('file')
  await symlink('file', at('link'))
  const server = createServer().listen(at('socket'))
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    for (const name of ['pipe', 'folder', 'link', 'socket'])
      assert.is(reasonFor(at(name)), 'not_a_file', name)
    assert.is(reasonFor('/dev/zero'), 'not_a_file')
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

reading('neither waits for nor reads a pipe that takes the place of a file', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'a.jpg')
  const other = join(folder.path, 'b')
  // The name changes between file and pipe all the time, so that reads meet every moment of the change.
  const swap = promisify(execFile)('/bin/sh', [
    '-c',
    `i=0; while [ $i -lt 300 ]; do i=$((i + 1))
      echo x > "${other}"; mv -f "${other}" "${path}"; mkfifo "${other}"; mv -f "${other}" "${path}"; done`,
  ])
  const state = { isSwapping: true }
  const swapped = swap.finally(() => (state.isSwapping = false))
  const seen = new Set<string>()
  for (; state.isSwapping; await nextTurn()) seen.add(reasonFor(path))
  await swapped
  for (const reason of seen) assert.ok(['ok', 'not_a_file', 'missing'].includes(reason), reason)
  assert.ok(seen.has('ok') && seen.has('not_a_file'))
})

reading('refuses more than 64 MiB without reading them', async () => {
  await using folder = await temporaryFolder()
  const path = await folder.write('huge.jpg')
  const file = await open(path, 'r+')
  await file.truncate(40 * 1024 ** 3)
  assert.equal(readPicture(path), {
    ok: false,
    reason: 'too_many_bytes',
    detail: `${40 * 1024 ** 3} bytes; at most ${maxPictureBytes} are read`,
  })
  await file.truncate(maxPictureBytes)
  await file.close()
  const read = readPicture(path)
  assert.is(read.ok && read.bytes.length, maxPictureBytes)
})

reading('says what is missing, and what the system refuses', async () => {
  await using folder = await temporaryFolder()
  const file = await folder.write('a.jpg')
  assert.is(reasonFor(join(folder.path, 'gone.jpg')), 'missing')
  assert.is(reasonFor(join(file, 'below.jpg')), 'missing')
  assert.is(reasonFor(join(folder.path, 'x'.repeat(300))), 'unreadable')
  assert.is(reasonFor('a\0b'), 'unreadable')
  await chmod(file, 0)
  await chmod(folder.path, 0o755)
  // Root may open everything, so nobody reads it where the tests run as root.
  const script = `
    import { readPicture } from ${JSON.stringify(new URL('../../../assets/picture/read-picture.ts', import.meta.url).href)}
    if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
    process.stdout.write(JSON.stringify(readPicture(${JSON.stringify(file)})))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    script,
  ])
  assert.equal(JSON.parse(stdout), {
    ok: false,
    reason: 'unreadable',
    detail: 'the system refuses to open it: EACCES',
  })
})

reading.run()
