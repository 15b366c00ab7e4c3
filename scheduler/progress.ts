import type { FashionEvent } from '../assets/fashion-kit.js'
import type { DaemonEvent } from './daemon/daemon-event.js'
import type { RunEvent } from '../pipeline/engine/run-events.js'

export type ProgressEvent = FashionEvent | RunEvent | DaemonEvent

/** Tells whoever watches what goes on, on stderr. */
export type Progress = {
  notify(event: ProgressEvent): void
  say(text: string): void
  warn(text: string): void
  /** Takes the bar away; nothing is told after it. */
  stop(): void
}
