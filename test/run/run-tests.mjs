// Runs every test file in a process of its own, two at a time, the long ones first, and adds up what uvu says of each.
//
//   node test/run/run-tests.mjs [part of a path ...]
//
// A file fails when a test fails, when it does not load, when it runs no test, when it ends before all of its tests ran,
// or when it is still running after its time is up. The last line is "N passed, N failed".
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'

const LIMIT_MS = Number(process.env.TEST_TIMEOUT_MS ?? 480_000)
const IN_FLIGHT = Math.min(2, availableParallelism())
/** Begun last, one of them would run alone at the end. */
const LONG = ['daemon/kill-matrix', 'daemon/simulation', 'daemon/soak']

const wanted = process.argv.slice(2)
const files = readdirSync('test', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative('.', join(entry.parentPath, entry.name)))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .toSorted()
  .toSorted((a, b) => rank(a) - rank(b))

const sums = { passed: 0, failed: 0, skipped: 0 }
const queue = [...files]
await Promise.all(Array.from({ length: IN_FLIGHT }, work))
if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(', ')}`)
  sums.failed++
}
console.log(`${files.length} files${sums.skipped > 0 ? `, ${sums.skipped} tests skipped` : ''}`)
console.log(`${sums.passed} passed, ${sums.failed} failed`)
process.exit(sums.failed > 0 ? 1 : 0)

function rank(file) {
  const index = LONG.findIndex((part) => file.includes(part))
  return index === -1 ? LONG.length : index
}

async function work() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const started = performance.now()
    const run = await runFile(file)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    sums.passed += run.passed
    sums.failed += run.failed
    sums.skipped += run.skipped
    const verdict = run.failed === 0 ? 'ok  ' : 'FAIL'
    console.log(
      `${verdict} ${file}  ${run.passed} passed${run.failed ? `, ${run.failed} failed` : ''}  ${seconds} s`,
    )
    if (run.failed > 0) console.log(run.output.trimEnd())
    // A test that was left out on purpose says so; nobody should have to look for it.
    else for (const line of run.output.split('\n')) if (line.startsWith('SKIPPED')) console.log(line)
  }
}

/** uvu's total leaves skipped tests out, so what did not pass failed. */
async function runFile(file) {
  const { code, output, isLate } = await execute(file)
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map((name) => lastNumber(output, name))
  if (isLate) return lost(`${output}\n${file} was still running after ${LIMIT_MS / 1000} s`)
  if (total === undefined || passed === undefined) {
    return lost(`${output}\n${file} ended without a summary: it does not load, hangs, or ends the process`)
  }
  if (total === 0) return lost(`${output}\n${file} ran no test`)
  const failed = Math.max(total - passed, code === 0 ? 0 : 1)
  return { passed, failed, skipped: skipped ?? 0, output }
}

function lost(output) {
  return { passed: 0, failed: 1, skipped: 0, output }
}

function lastNumber(output, name) {
  const found = [...output.matchAll(new RegExp(`^\\s+${name}:\\s+(\\d+)\\s*$`, 'gm'))].at(-1)
  return found ? Number(found[1]) : undefined
}

function execute(file) {
  return new Promise((resolve) => {
    const args = ['--import', 'tsx', 'test/run/one-file.mjs', file]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
      // A group of its own, so that a late file's children end with it.
      detached: true,
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text))
    }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      process.kill(-child.pid, 'SIGKILL')
    }, LIMIT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, isLate, output: output.replace(/\u001b\[[0-9;]*m/g, '') })
    })
  })
}
