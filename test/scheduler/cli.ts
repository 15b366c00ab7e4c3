import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))
const LIMIT_MS = 60_000

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

// What a command prints is checked by what the tests expect of it, not by types.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any

/** A command that runs: it can be killed, waited for, and watched for a word on stderr. */
export type Running = { child: ChildProcess; ended: Promise<Ended>; says(text: string): Promise<void> }

/** A folder in which the real command line runs, as a process of its own, as it was built. */
export type Desk = AsyncDisposable & {
  folder: string
  path(...names: string[]): string
  start(args: string[], env?: NodeJS.ProcessEnv): Running
  run(args: string[], env?: NodeJS.ProcessEnv): Promise<Ended>
  /** Runs with `--json` and parses the one object that is printed. */
  json(args: string[]): Promise<Json>
  /** Runs with `--json` and parses the lines that are printed. */
  lines(args: string[]): Promise<Json[]>
}

export async function makeDesk(): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-cli-'))
  const start = (args: string[], env: NodeJS.ProcessEnv = {}): Running => startCli(folder, args, env)
  const run = (args: string[], env?: NodeJS.ProcessEnv): Promise<Ended> => start(args, env).ended
  const stdoutOf = async (args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run([...args, '--json'])
    if (code !== 0) throw new Error(`hemline ${args.join(' ')} ended with ${code}:\n${stderr}`)
    return stdout
  }
  return {
    folder,
    path: (...names) => join(folder, ...names),
    start,
    run,
    json: async (args) => JSON.parse(await stdoutOf(args)),
    lines: async (args) => parseLines(await stdoutOf(args)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Copies the sample posts to a folder of the desk; 32 pictures in 9 posts. */
export async function placeSamples(desk: Desk): Promise<void> {
  await cp(join(project, 'data', 'samples'), desk.path('samples'), { recursive: true })
}

function parseLines(text: string): Json[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

function startCli(folder: string, args: string[], env: NodeJS.ProcessEnv): Running {
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...outer } = process.env
  const child = spawn(process.execPath, [resolve(project, 'dist/scheduler/hemline.cjs'), ...args], {
    cwd: folder,
    env: { ...outer, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const look of watchers) look()
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      done({ code, signal, stdout, stderr })
    })
  })
  const says = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (!stderr.includes(text)) return
        watchers.delete(look)
        done()
      }
      watchers.add(look)
      void ended.then(() => fail(new Error(`it ended without saying "${text}":\n${stderr}`)))
      look()
    })
  return { child, ended, says }
}
