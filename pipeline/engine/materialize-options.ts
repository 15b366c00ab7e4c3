import type { Db } from '../../data/database.js'
import type { Clock } from '../clock.js'
import type { Graph } from './graph.js'
import type { RunEvent } from './run-events.js'

export type MaterializeOptions<R> = {
  graph: Graph<R>
  /** As typed; none mean everything. */
  selection: readonly string[]
  resources: R & { db: Db }
  clock: Clock
  signal: AbortSignal
  /** Makes the selected assets even where nothing changed. */
  isForced: boolean
  /** Stays until nothing waits any more; otherwise the run is left as a row for whoever comes next. */
  waits: boolean
  /** Who asked. */
  trigger: string
  onEvent(event: RunEvent): void
}
