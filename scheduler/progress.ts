import type { FashionEvent } from '../assets/fashion-kit.js'
import type { RunEvent } from '../pipeline/engine/run-events.js'
import { jsonProgress } from './json-progress.js'
import { terminalProgress } from './terminal-progress.js'

export type ProgressEvent = FashionEvent | RunEvent

/** Tells whoever watches what goes on, on stderr. */
export type Progress = {
  notify(event: ProgressEvent): void
  say(text: string): void
  warn(text: string): void
  /** Takes the bar away; nothing is told after it. */
  stop(): void
}

/** Sentences and a bar for a person at a terminal; one JSON object a line for anything else. */
export function makeProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? terminalProgress(stream) : jsonProgress(stream)
}
