// A daemon with nothing to do: memory, and the part of one core that it takes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../dist/scheduler/hemline.cjs', import.meta.url))
/** What a start leaves behind is collected once, up to forty seconds later: the less a daemon does, the later. */
const SETTLING_MS = 45_000
/** Of the system's clock; so it is on every Linux. */
const TICKS_A_SECOND = 100

export const stage = {
  unit: 'seconds',
  goal: { peakMb: 80, cpuPercent: 0.1 },
  sizes: { usual: [60], full: [300] },
  ways: ['ours'],
}

export async function prepare({ folder }) {
  writeFileSync(join(folder, 'one.jpg'), 'x')
  const home = join(folder, 'home')
  const args = ['init', '--home', home, '--images', folder, '--provider', 'local']
  await once(spawn(process.execPath, [CLI, ...args], { stdio: 'ignore' }), 'exit')
}

export async function ours({ folder, size, report }) {
  const home = join(folder, 'home')
  const child = spawn(process.execPath, [CLI, 'daemon', '--home', home], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  try {
    await sleep(SETTLING_MS)
    const before = cpuSeconds(child.pid)
    await sleep(size * 1000)
    const cpuPercent = (100 * (cpuSeconds(child.pid) - before)) / size
    report({ ms: size * 1000, cpuPercent, peakMb: residentMb(child.pid) })
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
}
