import process from 'node:process'
import { jsonProgress } from './json-progress.js'
import type { Progress } from './progress.js'
import { maskSecretsOf } from './secrets.js'
import { terminalProgress } from './terminal-progress.js'

/** Sentences and a bar for a person at a terminal; one JSON object a line for anything else. Secrets are masked. */
export function makeProgress(stream: NodeJS.WriteStream): Progress {
  const mask = maskSecretsOf(process.env)
  return stream.isTTY ? terminalProgress(stream, mask) : jsonProgress(stream, mask)
}
