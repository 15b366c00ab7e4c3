import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import type { Home } from '../../data/home.js'
import { packageRoot } from '../../data/package-root.js'
import { HemlineError } from '../../pipeline/errors.js'

/** Of what a command prints, more than any of ours does. */
const MOST_PRINTED = 64_000_000

export type EndedCommand = { code: number; stdout: string }

/**
 * Runs a command of ours in a process of its own, as a person would type it: what takes long there keeps nobody waiting here, and
 * who holds the home is told apart by process.
 *
 * @throws HemlineError what the command said was wrong, with its hint; codes 3 and 4 are no errors.
 */
export function runCommand(home: Home, words: readonly string[]): Promise<EndedCommand> {
  const child = spawn(process.execPath, commandLine(home, words), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  })
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      if (stdout.length > MOST_PRINTED) child.kill()
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => (isWell(code) ? resolve({ code, stdout }) : reject(errorOf(stderr, code))))
  })
}

/** A command that goes on when this process ends; what it tells stands in `last-run.log` of the home. Resolves, or rejects as
 * `runCommand` does, when it ended. */
export function startCommand(home: Home, words: readonly string[]): Promise<void> {
  const path = home.pathOf('last-run.log')
  const log = openSync(path, 'w')
  const child = spawn(process.execPath, commandLine(home, words), {
    stdio: ['ignore', 'ignore', log],
    detached: true,
    env: environment(),
  })
  closeSync(log)
  child.unref()
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (isWell(code)) return resolve()
      readFile(path, 'utf8').then((stderr) => reject(errorOf(stderr, code)), reject)
    })
  })
}

function commandLine(home: Home, [command, ...words]: readonly string[]): string[] {
  return [join(packageRoot(), 'dist', 'scheduler', 'hemline.cjs'), command!, '--home', home.root, ...words]
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, HEMLINE_ASKED_BY: 'page', NO_COLOR: '1' }
}

function isWell(code: number | null): code is number {
  return code === 0 || code === 3 || code === 4
}

function errorOf(stderr: string, code: number | null): HemlineError {
  const message = /^error: (.*)$/m.exec(stderr)?.[1]
  const hint = /^hint: (.*)$/m.exec(stderr)?.[1]
  return new HemlineError({
    code: 'command_failed',
    message: message ?? `the command ended with ${code ?? 'a signal'}: ${stderr.trim().slice(-300)}`,
    ...(hint === undefined ? {} : { hint }),
  })
}
