import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { fastFolder } from './fast-folder.js'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { findRuns } from '../../../data/records/runs.js'
import { type Clock, systemClock } from '../../../pipeline/clock.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import { type LossyProxy, startLossyProxy } from '../../pipeline/batch/lossy-proxy.js'
import {
  type Outcome,
  type SmallHome,
  answersAtServer,
  makeSmallHome,
  outcomeOf,
  quickResponder,
  schedulerOf,
} from './small-home.js'

const matrix = suite('killing the daemon at every boundary')

const DAEMON = fileURLToPath(new URL('mortal-daemon.mjs', import.meta.url))
const AT_ONCE = 2
/** In CI it dies after each boundary: what is on disk before the next one is the same. `KILL_MATRIX=all` does both. */
const EVERY = process.env['KILL_MATRIX'] === 'all'
const PICTURES = 3
const PARTS = 2
const LOOKS_AT_WORK = 2

const respond = quickResponder()

/** A home, and a server of its own behind a proxy that sees every call. */
type Case = AsyncDisposable & { small: SmallHome; proxy: LossyProxy; server: string }

async function makeCase(): Promise<Case> {
  const small = await makeSmallHome(PICTURES)
  const directory = await mkdtemp(join(fastFolder, 'hemline-provider-'))
  const server = await startLocalServer({ directory, respond, clock: systemClock })
  const proxy = await startLossyProxy(server.url)
  // A batch is seen at work a few times, so that a daemon always waits, however fast the server is.
  const looks = new Map<string, number>()
  proxy.alter = (call) => {
    if (!call.startsWith('GET /v1/batches/')) return undefined
    looks.set(call, (looks.get(call) ?? 0) + 1)
    if (looks.get(call)! > LOOKS_AT_WORK) return undefined
    return (batch) => ({ ...batch, status: 'in_progress', output_file_id: null, error_file_id: null })
  }
  return {
    small,
    proxy,
    server: directory,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server.close()
      await rm(directory, { recursive: true, force: true })
      await small[Symbol.asyncDispose]()
    },
  }
}

function startDaemon(
  { small, proxy }: Case,
  boundary?: string,
): { child: ChildProcess; ended: Promise<string[]> } {
  const args = [DAEMON, small.home.root, ...(boundary === undefined ? [] : [boundary])]
  // Who is killed measures no coverage; hundreds that do would only be slow.
  const { NODE_V8_COVERAGE: _coverage, ...outer } = process.env
  const env = { ...outer, OPENAI_API_KEY: 'key', OPENAI_BASE_URL: proxy.url }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let crossed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (crossed += text))
  const ended = new Promise<string[]>((done) => {
    child.on('close', () => done(crossed.split('\n').filter((line) => line !== '')))
  })
  return { child, ended }
}

/** Another process takes over, by a clock that waits for nobody. */
async function goOn({ small, proxy }: Case): Promise<void> {
  let skipped = 0
  const clock: Clock = {
    now: () => new Date(Date.now() + skipped),
    async sleep(ms) {
      skipped += ms
      await sleep(2)
    },
  }
  const db = await openDatabase(small.home.database)
  try {
    const scheduler = await schedulerOf(small, db, { url: proxy.url, clock })
    while (true) {
      while (await scheduler.tick());
      if ((await findRuns(db, ['queued', 'waiting'])).length === 0) return
      await clock.sleep(1_000)
    }
  } finally {
    await db.destroy()
  }
}

async function check(world: Case, undisturbed: Outcome, where: string): Promise<void> {
  assert.equal(await outcomeOf(world.small.home), undisturbed, where)
  const answers = await answersAtServer(world.server)
  assert.is(answers.size, PICTURES, where)
  assert.ok(
    [...answers.values()].every((count) => count === 1),
    `${where}: answered more than once`,
  )
  const key = { authorization: 'Bearer key' }
  const list = await fetch(`${world.proxy.url}/batches?limit=100`, { headers: key })
  assert.is(((await list.json()) as { data: unknown[] }).data.length, PARTS, `${where}: batches created`)
}

async function inPool<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  })
  await Promise.all(workers)
}

let undisturbed: Outcome
let boundaries: string[]
let calls: string[]

matrix('an undisturbed daemon shows which boundaries there are', async () => {
  await using calm = await makeCase()
  boundaries = await startDaemon(calm).ended
  undisturbed = await outcomeOf(calm.small.home)
  calls = calm.proxy.calls
  await check(calm, undisturbed, 'undisturbed')
  assert.equal(
    undisturbed.batches.map(({ state }) => state),
    ['collected', 'collected'],
  )
  assert.ok(
    boundaries.length > 100 && calls.length > 5,
    `${boundaries.length} boundaries, ${calls.length} calls`,
  )
})

matrix('each write, commit, rename and removal on disk', async () => {
  const targets = boundaries.filter((label) => EVERY || label.startsWith('after'))
  const missed: string[] = []
  await inPool(targets, async (target) => {
    await using world = await makeCase()
    const { child, ended } = startDaemon(world, target)
    await ended
    if (child.signalCode !== 'SIGKILL') missed.push(target)
    await goOn(world)
    await check(world, undisturbed, target)
  })
  // How often it polls is a matter of time, so a late poll may not come again; what happens once must have been hit.
  assert.equal(
    missed.filter((target) => target.endsWith('#1')),
    [],
  )
})

matrix('each call, before the provider sees it and after it acted', async () => {
  const targets = calls.flatMap((call, index) =>
    (['before', 'after'] as const).map((phase) => ({ call, at: index + 1, phase })),
  )
  await inPool(targets, async ({ call, at, phase }) => {
    await using world = await makeCase()
    const { child, ended } = startDaemon(world)
    let [seen, acted] = [0, 0]
    world.proxy.decide = () => {
      seen++
      if (phase !== 'before' || seen !== at) return 'pass'
      child.kill('SIGKILL')
      return 'lose_request'
    }
    world.proxy.acted = () => {
      acted++
      if (phase === 'after' && acted === at) child.kill('SIGKILL')
    }
    await ended
    world.proxy.decide = () => 'pass'
    world.proxy.acted = () => {}
    await goOn(world)
    await check(world, undisturbed, `${phase} call ${at}, "${call}"`)
  })
})

matrix.run()
