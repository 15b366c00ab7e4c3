import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { plainStatusArgs } from '../../scheduler/plain-status.js'

const plain = suite('the shortest way to the status')

plain('is taken for the options that status has, in any order', () => {
  assert.equal(plainStatusArgs(['status']), { home: '.hemline', json: false })
  assert.equal(plainStatusArgs(['status', '--json', '--home', 'a']), { home: 'a', json: true })
  assert.equal(plainStatusArgs(['status', '--home', 'a', '--home', 'b']), { home: 'b', json: false })
})

plain('is left to the parser for whatever is written otherwise', () => {
  const others = [
    'statu',
    'status x',
    'status --home',
    'status --home=a',
    'status --home --json',
    'status --help',
  ]
  for (const line of [...others, 'status --debug', '--json status', 'status -h', 'status --json=true', '']) {
    assert.is(plainStatusArgs(line.split(' ')), undefined, line)
  }
  assert.is(plainStatusArgs(['status', '--home', '']), undefined)
})

plain('loads a few files, and nothing that only writing a home needs', async () => {
  const chunks = 'dist/scheduler/chunks'
  const first = (await readdir(chunks)).find((name) => /^show-status-.*\.js$/.test(name))!
  const loaded = new Map<string, string>()
  const load = async (name: string): Promise<void> => {
    if (loaded.has(name)) return
    const text = await readFile(join(chunks, name), 'utf8')
    loaded.set(name, text)
    await Promise.all(
      [...text.matchAll(/from "\.\/(.*?)"|^import "\.\/(.*?)"/gm)].map((found) =>
        load((found[1] ?? found[2])!),
      ),
    )
  }
  await load(first)
  assert.ok(loaded.size < 12, `${loaded.size} files`)
  const all = [...loaded.values()].join('\n')
  assert.match(all, '// node_modules/kysely/')
  for (const name of ['zod', 'openai', 'yargs', 'sharp', 'hono'])
    assert.not.match(all, `// node_modules/${name}/`)
})

plain.run()
