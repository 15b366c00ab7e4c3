import type { RunState } from '../../data/schema/engine-tables.js'
import type { Metadata } from './asset.js'

/** What happens while a run goes on, in the order in which it happens. */
export type RunEvent =
  /** It waits for the daemon that holds the home. */
  | { kind: 'run.queued'; run: number }
  | { kind: 'run.started' | 'run.continued'; run: number; selection: string[] }
  /** An earlier run that no process works on any more, or that this one replaces. */
  | { kind: 'run.interrupted'; run: number; because: string }
  | { kind: 'source.observed'; asset: string; isNew: boolean; metadata: Metadata }
  | { kind: 'source.failed'; asset: string; error: unknown }
  /** An asset that was not selected, above one that was, is itself out of date. */
  | { kind: 'input.stale'; asset: string; input: string; because: string }
  /** Told from the second round on: something is out of date again. */
  | { kind: 'round.started'; round: number; because: string }
  | { kind: 'step.fresh'; asset: string }
  | { kind: 'step.started'; asset: string; because: string }
  /** What could have been done of it while an input was still being made was not: its own step does it. */
  | { kind: 'ahead.failed'; asset: string; error: unknown }
  | { kind: 'step.done'; asset: string; metadata: Metadata }
  | { kind: 'step.waiting'; asset: string; until: Date; because: string }
  | { kind: 'step.held'; asset: string; because: string; hint: string }
  | { kind: 'step.failed'; asset: string; error: unknown }
  /** Still out of date although making it again changed nothing. */
  | { kind: 'asset.unsettled'; asset: string; because: string }
  | { kind: 'run.finished'; run: number; state: RunState }
