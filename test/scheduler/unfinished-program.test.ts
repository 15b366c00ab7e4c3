import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const unfinished = suite('a program that does not come to its end')

const built = fileURLToPath(new URL('../../dist/', import.meta.url))
const ENTRY = ['scheduler/hemline.cjs', 'assets/picture/decoding-threads.cjs']

/** How the built program ends when this is its command line. */
async function end(commandLine: string, nodeOptions: string): Promise<{ code: unknown; stderr: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline unfinished-'))
  try {
    for (const file of ENTRY) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await cp(join(built, file), join(folder, file))
    }
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'scheduler', 'cli.js'), commandLine)
    const env = { ...process.env, NODE_OPTIONS: nodeOptions }
    return await new Promise((done) => {
      execFile(process.execPath, [join(folder, ENTRY[0]!)], { env }, (error, _stdout, stderr) =>
        done({ code: error?.code ?? 0, stderr }),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

unfinished('fails, and says so, when what it waits for never comes', async () => {
  const { code, stderr } = await end('await new Promise(() => {})', '')
  assert.is(code, 1)
  assert.match(stderr, 'error: it ended in the middle of its work')
})

unfinished('fails with what was thrown, also where Node is told to let that pass', async () => {
  for (const option of ['', '--unhandled-rejections=warn', '--unhandled-rejections=none']) {
    const { code, stderr } = await end('throw new Error("no such luck")', option)
    assert.is(code, 1, option)
    assert.match(stderr, option.endsWith('none') ? 'in the middle' : 'no such luck')
  }
})

unfinished('ends as it says itself otherwise', async () => {
  assert.equal(await end('import process from "node:process"; process.exitCode = 3', ''), {
    code: 3,
    stderr: '',
  })
})

unfinished.run()
