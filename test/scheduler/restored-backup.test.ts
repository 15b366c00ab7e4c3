import { cp, rm } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../pipeline/clock.js'
import { startLocalServer } from '../../pipeline/provider/local-server/local-server.js'
import { type LossyProxy, startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'
import { quickResponder } from './daemon/small-home.js'

const restored = suite('a database from a backup')

const respond = quickResponder()
const RUN = ['--images', 'samples/images', '--poll-interval', '0.05']

/** What was done before the backup was taken: nothing was asked yet of what is lost with it. */
const moments: [when: string, before: string[], after: string[]][] = [
  ['before a part was built', ['--limit', '5', '--wait'], ['--wait']],
  ['before a part was sent', ['tasks_file'], ['--wait']],
  ['before a part was asked one by one', ['tasks_file'], ['--method', 'individual', '--wait']],
  ['before a part was sent that is still at the provider', ['--limit', '5', '--wait'], ['--no-wait']],
]

for (const [when, before, after] of moments) {
  restored(`taken ${when}: nothing is paid for twice, and recover takes in what is missing`, async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const server = await startLocalServer({ directory: desk.path('provider'), respond, clock: systemClock })
    const proxy = await startLossyProxy(server.url)
    const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: proxy.url }
    const run = (...args: string[]) => desk.run(['materialize', ...args, ...RUN], env)
    try {
      await run(...before)
      await moveDatabase(desk, '.hemline', 'backup')
      await run(...after)
      const paid = sendings(proxy)
      await moveDatabase(desk, 'backup', '.hemline')

      const refused = await run('--wait')
      assert.is(refused.code, 1)
      assert.match(refused.stderr, /error: "batch_jobs\/.*" was sent, and the database does not know it/)
      assert.match(refused.stderr, /hint: .*: hemline recover\n/)
      const found = await desk.run(['recover'], env)
      assert.is(found.code, 0, found.stderr)
      assert.match(found.stdout, /1 part found/)
      const done = await run('--wait')
      assert.is(done.code, 0, done.stderr)
      assert.equal(sendings(proxy), paid)
      const { billed } = await desk.json(['cost'])
      assert.is(billed.requests, 32)
    } finally {
      await proxy[Symbol.asyncDispose]()
      await server.close()
    }
  })
}

async function moveDatabase(desk: Desk, from: string, to: string): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) {
    const name = `hemline.db${suffix}`
    await rm(desk.path(to, name), { force: true })
    await cp(desk.path(from, name), desk.path(to, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/** Calls that cost something. */
function sendings(proxy: LossyProxy): string[] {
  return proxy.calls.filter((call) => call.startsWith('POST '))
}

restored.run()
