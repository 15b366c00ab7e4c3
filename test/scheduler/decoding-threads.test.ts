import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryDirectory } from '../pipeline/provider/local-server/temporary-directory.js'

const threads = suite('the threads that decode')

/** Once the command has ended, gives threads work that Node does on those that also decode, and prints how many did any of it. */
const AT_THE_END = `
const { pbkdf2 } = require('node:crypto')
const { readFileSync, readdirSync } = require('node:fs')
const busy = () => new Map(readdirSync('/proc/self/task').map((id) =>
  [id, Number(readFileSync('/proc/self/task/' + id + '/schedstat', 'utf8').split(' ')[0])]))
process.once('beforeExit', () => {
  const before = busy()
  let left = 64
  const done = () => {
    if (--left > 0) return
    const after = busy()
    after.delete(String(process.pid))
    console.log([...after].filter(([id, ns]) => ns - (before.get(id) ?? 0) > 5e6).length)
  }
  for (let each = 0; each < 64; each++) pbkdf2('a', 'b', 20_000, 32, 'sha256', done)
})`

threads('are one a core, and as many as its user says', async () => {
  if (!existsSync('/proc/self/task')) return
  await using folder = await temporaryDirectory()
  const preload = join(folder.path, 'preload.cjs')
  writeFileSync(preload, AT_THE_END)
  const count = (env: NodeJS.ProcessEnv): number => {
    const { UV_THREADPOOL_SIZE: _size, ...outer } = process.env
    const args = ['--require', preload, resolve('dist/scheduler/hemline.cjs'), '--version']
    const said = execFileSync(process.execPath, args, { env: { ...outer, ...env }, encoding: 'utf8' })
    return Number(said.trim().split('\n').at(-1))
  }
  assert.is(count({}), Math.min(16, Math.max(2, availableParallelism())))
  assert.is(count({ UV_THREADPOOL_SIZE: '3' }), 3)
})

threads.run()
