import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const run = promisify(execFile)
const pack = suite('the package')

/** A little more than it takes, most of it the table of a tokenizer; what makes it grow by a tenth should be looked at. */
const MOST_PACKED_BYTES = 3_500_000

pack('holds what is needed to run, with types, and neither tests nor sources', async () => {
  await using unpacked = await unpack()
  const { files, size } = unpacked
  for (const needed of [
    'dist/scheduler/hemline.cjs',
    'dist/pipeline/engine/asset.d.ts',
    'dist/reports/dashboard/page.js',
    'data/samples/manifest.csv',
  ]) {
    assert.ok(files.includes(needed), needed)
  }
  const ofRoot = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/
  const strange = files.filter(
    (file) => !ofRoot.test(file) && !/^dist\/.*\.(js|cjs|d\.c?ts|html|css|svg)$|^data\/samples\//.test(file),
  )
  assert.equal(strange, [])
  assert.ok(size < MOST_PACKED_BYTES, `${size} bytes`)
})

pack('is a program of its own in a clone, as `npx hemline` runs it', async () => {
  const { bin, version } = JSON.parse(await readFile('package.json', 'utf8')) as Package
  assert.is((await run(resolve(bin.hemline), ['--version'])).stdout, `${version}\n`)
})

type Package = { bin: { hemline: string }; version: string }

pack('runs the demo where it is unpacked', async () => {
  await using unpacked = await unpack()
  const { folder } = unpacked
  // The dependencies are those of this project: installing them anew would compile SQLite for a minute.
  await symlink(resolve('node_modules'), join(folder, 'package', 'node_modules'))
  const { bin } = JSON.parse(await readFile(join(folder, 'package', 'package.json'), 'utf8')) as Package
  const { stdout } = await run(process.execPath, [join('package', bin.hemline), 'demo'], { cwd: folder })
  assert.match(stdout, /post-006/)
  assert.match(stdout, /Run 1 is done/)
})

type Unpacked = AsyncDisposable & { folder: string; files: string[]; size: number }

/** The tarball that `npm pack` makes of what is built now, unpacked in an empty folder. */
async function unpack(): Promise<Unpacked> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-pack-'))
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
  const [packed] = JSON.parse(stdout) as [{ filename: string; size: number; files: { path: string }[] }]
  await run('tar', ['-xzf', packed.filename], { cwd: folder })
  return {
    folder,
    files: packed.files.map(({ path }) => path),
    size: packed.size,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

pack.run()
