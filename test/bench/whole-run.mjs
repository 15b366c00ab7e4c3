// `hemline materialize --wait` over pictures that nobody has seen, against a local server that answers at once.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../dist/pipeline/clock.js'
import { startLocalServer } from '../../dist/pipeline/provider/local-server/local-server.js'
import * as build from './build.mjs'
import { resultLine } from './answers.mjs'
import { respondAtOnce } from './local-server.mjs'

const CLI = fileURLToPath(new URL('../../dist/scheduler/hemline.cjs', import.meta.url))
const SELF = fileURLToPath(import.meta.url)
const TELL_PEAK = fileURLToPath(new URL('tell-peak.cjs', import.meta.url))

export const stage = {
  unit: 'pictures',
  limit:
    'the sum of the limits: find, bare sharp, reading and writing what is sent, JSON.parse of the answers',
  goal: { atMost: 1.3, peakMb: 250 },
  sizes: { usual: [100, 600], full: [800, 8_000] },
  ways: ['limit', 'ours'],
}

export function prepare(wanted) {
  return build.prepare(wanted)
}

export async function limit({ folder, size, time }) {
  const paths = JSON.parse(await readFile(join(folder, 'paths.json'), 'utf8'))
  const lines = paths.map((_, index) => resultLine(index + 1))
  await time(async () => {
    const find = spawn('find', [join(folder, 'pictures'), '-printf', '%p %s %T@ %C@ %i\\n'], {
      stdio: 'ignore',
    })
    await once(find, 'exit')
    await build.limit({ folder, size, time: (work) => work() })
    for (const line of lines) JSON.parse(line)
  })
}

export async function ours({ folder, time, report }) {
  const server = fork(SELF, [join(folder, `server-${process.pid}`)])
  const [url] = await once(server, 'message')
  const home = join(folder, `home-${process.pid}`)
  const args = [
    'materialize',
    '--home',
    home,
    '--images',
    join(folder, 'pictures'),
    '--profile',
    'original',
    '--wait',
  ]
  const peakFile = join(folder, `peak-${process.pid}`)
  const env = { ...process.env, OPENAI_API_KEY: 'key', OPENAI_BASE_URL: url, PEAK_FILE: peakFile }
  await time(async () => {
    const run = spawn(process.execPath, ['--require', TELL_PEAK, CLI, ...args, '--poll-interval', '0.05'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const said = run.stderr.toArray()
    const [code] = await once(run, 'exit')
    if (code !== 0) throw new Error(Buffer.concat(await said).toString())
  })
  const ended = once(server, 'exit')
  server.disconnect()
  await ended
  report({ peakMb: Number(await readFile(peakFile, 'utf8')) })
}

if (process.argv[1] === SELF) {
  const server = await startLocalServer({
    directory: process.argv[2],
    respond: respondAtOnce(),
    clock: systemClock,
  })
  process.on('disconnect', () => void server.close())
  process.send(server.url)
}
