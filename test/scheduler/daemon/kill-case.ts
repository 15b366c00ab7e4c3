import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { findRuns } from '../../../data/records/runs.js'
import { type Clock, systemClock } from '../../../pipeline/clock.js'
import { startLocalServer } from '../../../pipeline/provider/local-server/local-server.js'
import type { SendingSections } from '../../../scheduler/sending.js'
import { type LossyProxy, startLossyProxy } from '../../pipeline/batch/lossy-proxy.js'
import { fastFolder } from './fast-folder.js'
import {
  type Outcome,
  type SmallHome,
  answersAtServer,
  makeSmallHome,
  outcomeOf,
  quickResponder,
  schedulerOf,
} from './small-home.js'

const DAEMON = fileURLToPath(new URL('mortal-daemon.mjs', import.meta.url))
const AT_ONCE = 2
export const PICTURES = 3
const LOOKS_AT_WORK = 2

const respond = quickResponder()

/** A home, and a server of its own behind a proxy that sees every call. */
export type Case = AsyncDisposable & { small: SmallHome; proxy: LossyProxy; server: string }

/** @param sections  of the home's config. */
export async function makeCase(sections: SendingSections = {}, pictures = PICTURES): Promise<Case> {
  const small = await makeSmallHome(pictures, sections)
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

/** A daemon that prints the boundaries it crosses, and dies at one where it is named. */
export function startDaemon(
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

/** A daemon that dies at the call of this number, before the provider sees it or after it acted. */
export async function killAtCall(
  world: Case,
  { at, phase }: { at: number; phase: 'before' | 'after' },
): Promise<void> {
  const { proxy } = world
  const { child, ended } = startDaemon(world)
  let [seen, acted] = [0, 0]
  proxy.decide = () => {
    seen++
    if (phase !== 'before' || seen !== at) return 'pass'
    child.kill('SIGKILL')
    return 'lose_request'
  }
  proxy.acted = () => {
    acted++
    if (phase === 'after' && acted === at) child.kill('SIGKILL')
  }
  await ended
  proxy.decide = () => 'pass'
  proxy.acted = () => {}
}

/** Another process takes over, by a clock that waits for nobody. */
export async function goOn({ small, proxy }: Case): Promise<void> {
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
    const scheduler = await schedulerOf(small, db, { url: proxy.url, clock, sections: small.sections })
    while (true) {
      while (await scheduler.tick());
      if ((await findRuns(db, ['queued', 'waiting'])).length === 0) return
      await clock.sleep(1_000)
    }
  } finally {
    await db.destroy()
  }
}

/** The home came out as undisturbed; at the server each picture was answered once, and each part is one batch. */
export async function assertPaidOnce(
  { small, server, proxy }: Case,
  expected: { outcome: Outcome; pictures: number; parts: number },
  where: string,
): Promise<void> {
  assert.equal(await outcomeOf(small.home), expected.outcome, where)
  const answers = await answersAtServer(server)
  assert.is(answers.size, expected.pictures, where)
  assert.ok(
    [...answers.values()].every((count) => count === 1),
    `${where}: answered more than once`,
  )
  const headers = { authorization: 'Bearer key' }
  const list = await fetch(`${proxy.url}/batches?limit=100`, { headers })
  const { data } = (await list.json()) as { data: unknown[] }
  assert.is(data.length, expected.parts, `${where}: batches created`)
}

/** Works on all of them, a few at once. */
export async function inPool<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  })
  await Promise.all(workers)
}
