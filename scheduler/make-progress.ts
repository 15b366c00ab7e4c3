import { jsonProgress } from './json-progress.js'
import type { Progress } from './progress.js'
import { terminalProgress } from './terminal-progress.js'

/** Sentences and a bar for a person at a terminal; one JSON object a line for anything else. */
export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? terminalProgress(stream) : jsonProgress(stream)
}
