// Measures each stage against its limit in the same run, and prints how the cost grows with the size.
//
//   npm run bench                      sizes that take seconds
//   npm run bench -- --full            the sizes that the goals speak of; takes hours and some 20 GB of the temporary folder
//   npm run bench -- collect status    some stages only
//   npm run bench -- --rounds 5        medians of so many runs (3)
//   npm run bench -- --json FILE       where the results go as JSON (none)
//
// A stage has ways: `limit`, what nothing can beat; `ours`; and `naive`, the script that everyone writes. Each run of a way
// is a process of its own, whose peak memory is read; the ways take turns, so that a busy machine is busy for all of them.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import decodingThreads from '../../dist/assets/picture/decoding-threads.cjs'

const STAGES = [
  ...['look', 'build', 'pass-through', 'observe', 'collect', 'collect-on-top', 'upload', 'download', 'group'],
  ...['status', 'tick', 'tick-graph', 'idle', 'scrape', 'local-server', 'whole-run'],
]

/** Ten times the size may cost a quarter more: caches are colder, trees deeper. */
const FLAT = 0.1

const { values: flags, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
})
const rounds = Number(flags.rounds)
const unknown = wanted.find((name) => !STAGES.includes(name))
if (unknown !== undefined) throw new Error(`no stage "${unknown}"; there are: ${STAGES.join(', ')}`)

const machine = `${cpus().length} x ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`
console.log(`${machine}; medians of ${rounds}\n`)
const results = []
for (const name of STAGES) {
  if (wanted.length === 0 || wanted.includes(name)) results.push(await measureStage(name))
}
if (flags.json !== undefined)
  await writeFile(flags.json, `${JSON.stringify({ machine, rounds, results }, undefined, 2)}\n`)
process.exitCode = results.every(({ isReached }) => isReached !== false) ? 0 : 1

async function measureStage(name) {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url))
  const { stage } = await import(pathToFileURL(file).href)
  const sizes = []
  for (const size of flags.full ? stage.sizes.full : stage.sizes.usual) {
    const folder = await mkdtemp(join(tmpdir(), `hemline-bench-${name}-`))
    try {
      await runWay({ file, way: 'prepare', folder, size })
      sizes.push({ size, ...(await measureWays(file, stage, folder, size)) })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  const result = { name, goal: stage.goal, limit: stage.limit, sizes, exponent: exponentOf(sizes) }
  result.isReached = isReached(stage.goal, sizes.at(-1), result.exponent)
  print(stage, result)
  return result
}

async function measureWays(file, stage, folder, size) {
  const runs = Object.fromEntries(stage.ways.map((way) => [way, []]))
  for (let round = 0; round < rounds; round++) {
    for (const way of stage.ways) {
      // The script that everyone writes is slow enough to be measured once.
      if (way === 'naive' && (round > 0 || size > (stage.mostNaive ?? Infinity))) continue
      runs[way].push(await runWay({ file, way, folder, size }))
    }
  }
  const ways = {}
  for (const [way, measured] of Object.entries(runs)) {
    if (measured.length === 0) continue
    ways[way] = {
      ms: median(measured.map(({ ms }) => ms)),
      peakMb: Math.max(...measured.map(({ peakMb }) => peakMb)),
    }
    const cpu = measured.flatMap(({ cpuPercent }) => cpuPercent ?? [])
    if (cpu.length > 0) ways[way].cpuPercent = median(cpu)
  }
  if (!ways.limit) return { ways }
  // Each round's ratio is of neighbours in time: their median is steadier than the ratio of medians.
  return { ways, times: median(runs.ours.map(({ ms }, round) => ms / runs.limit[round].ms)) }
}

function runWay(wanted) {
  return new Promise((resolve, reject) => {
    const runner = fileURLToPath(new URL('run-way.mjs', import.meta.url))
    const args = [runner, wanted.file, wanted.way, wanted.folder, String(wanted.size)]
    // As the command line sets it, for every way.
    const env = { ...process.env, UV_THREADPOOL_SIZE: String(decodingThreads) }
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    let result
    child.on('message', (message) => (result = message))
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0 && result) resolve(result)
      else reject(new Error(`${wanted.file}, ${wanted.way}: exit code ${code}`))
    })
  })
}

/** The power of the size that the cost grows with: 0 flat, 1 linear, 2 quadratic. */
function exponentOf(sizes) {
  if (sizes.length < 2) return undefined
  const [small, large] = [sizes.at(0), sizes.at(-1)]
  return Math.log(large.ways.ours.ms / small.ways.ours.ms) / Math.log(large.size / small.size)
}

function isReached(
  { atLeast, atMost, ms, peakMb, cpuPercent, perSecond, flat },
  { ways, times, size },
  exponent,
) {
  const { ours } = ways
  return [
    atLeast === undefined || 1 / times >= atLeast,
    atMost === undefined || times <= atMost,
    ms === undefined || ours.ms <= ms,
    peakMb === undefined || ours.peakMb <= peakMb,
    cpuPercent === undefined || ours.cpuPercent <= cpuPercent,
    flat === undefined || exponent === undefined || exponent < FLAT,
    perSecond === undefined || (1000 * size) / ours.ms >= perSecond,
  ].every(Boolean)
}

function print({ unit, limit, goal, ways }, { name, sizes, exponent, isReached }) {
  console.log(`${name}${limit ? ` against ${limit}` : ''}; goal: ${inWords(goal)}`)
  for (const { size, ways: measured, times } of sizes) {
    const cells = ways.flatMap((way) => (measured[way] ? [`${way} ${cell(measured[way])}`] : []))
    const ratio =
      times === undefined ? '' : `  ${goal.atLeast ? (1 / times).toFixed(2) : `${times.toFixed(2)} x`}`
    console.log(`  ${size.toLocaleString('en')} ${unit}: ${cells.join(', ')}${ratio}`)
  }
  const grows = exponent === undefined ? '' : `; grows with the power ${exponent.toFixed(2)} of the size`
  console.log(`  ${isReached ? 'reached' : 'NOT REACHED'}${grows}\n`)
}

function cell({ ms, peakMb, cpuPercent }) {
  const cpu = cpuPercent === undefined ? '' : ` ${cpuPercent.toFixed(2)} % CPU`
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en')} ms ${Math.round(peakMb)} MB${cpu}`
}

function inWords({ atLeast, atMost, ms, peakMb, cpuPercent, perSecond, flat }) {
  return [
    atLeast && `at least ${atLeast} of the limit's speed`,
    atMost && `at most ${atMost} x the limit's time`,
    ms && `under ${ms} ms`,
    perSecond && `at least ${perSecond.toLocaleString('en')} a second`,
    flat,
    cpuPercent && `under ${cpuPercent} % CPU`,
    peakMb && `at most ${peakMb} MB`,
  ]
    .filter(Boolean)
    .join(', ')
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
