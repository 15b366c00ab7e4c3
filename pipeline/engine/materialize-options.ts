import type { Db } from '../../data/database.js'
import type { RunTerms } from '../../data/records/runs.js'
import type { Clock } from '../clock.js'
import type { Graph } from './graph.js'
import type { RunEvent } from './run-events.js'

export type MaterializeOptions<R> = {
  graph: Graph<R>
  /** As typed; none mean everything. */
  selection: readonly string[]
  /** A run on record, queued or parked, to be gone on with; its selection is that of the options. */
  runId?: number
  /** What a new run is to keep to, for the record; one that waits on others is not gone on with. */
  terms?: RunTerms
  /** Selected assets that are left alone this time, as if nothing about them had changed. */
  except?: ReadonlySet<string>
  /** Whether sources are looked at first; without, what is on record of them stands. */
  observes: boolean
  resources: R & { db: Db }
  clock: Clock
  signal: AbortSignal
  /** Makes the selected assets even where nothing changed. */
  isForced: boolean
  /** Stays until nothing waits any more; otherwise the run is left as a row for whoever comes next. */
  waits: boolean
  /** When it is stopped the run goes back into the queue, instead of ending. */
  requeues?: boolean
  /** Who asked. */
  trigger: string
  onEvent(event: RunEvent): void
}
