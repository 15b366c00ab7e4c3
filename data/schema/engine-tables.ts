import type { Generated } from 'kysely'

/**
 * `queued`: written down, to be started by whoever executes next. `running`: a process works on it. `waiting`: nothing to
 * do until the provider has moved; no process is needed.
 */
export type RunState = 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'held' | 'interrupted'

export type RunsTable = {
  id: Generated<number>
  /** The selected keys in the graph's order, joined by commas; `*` for all. */
  selection: string
  /** Who asked: `person` or `clock`. */
  trigger: string
  state: RunState
  /** 1: the selected assets are made even where nothing changed. */
  is_forced: Generated<number>
  /** At most so many new requests; null for all. */
  request_limit: number | null
  /** 1: these are taken from all over the list, to stand for the others. */
  is_spread: Generated<number>
  /** How it sends, and what it may spend, where the home's config does not decide. */
  method: 'auto' | 'batch' | 'individual' | 'flex' | null
  max_cost_nano_usd: number | null
  /** When it began; of a queued one, when it was asked for. */
  started_at: string
  finished_at: string | null
  error_code: string | null
  error: string | null
  /** Of an interrupted run: the one that goes on with what it waited for. */
  successor_id: number | null
}

export type StepState = 'running' | 'waiting' | 'done' | 'failed' | 'held' | 'interrupted'

export type StepsTable = {
  id: Generated<number>
  run_id: number
  asset_key: string
  /** 1 for the first pass over the graph; a run makes another when collecting left rows worth another try. */
  round: number
  state: StepState
  /** Why it runs; once it left off without making anything, why it did. A sentence. */
  because: string
  /** What a person can do about it; of held and failed steps. */
  hint: string | null
  error_code: string | null
  waiting_until: string | null
  started_at: string
  finished_at: string | null
  materialization_id: number | null
}

export type MaterializationsTable = {
  id: Generated<number>
  asset_key: string
  run_id: number
  code_version: string
  data_version: string
  /** JSON object: input key -> the data version it had. */
  input_versions: string
  /** JSON object of counts, bytes, tokens, cost. */
  metadata: string
  /** Why it was made; a sentence. */
  because: string
  materialized_at: string
}

export type ObservationsTable = {
  id: Generated<number>
  source_key: string
  data_version: string
  /** The data version seen before it, which a `change` in the metadata is relative to; null for the first. */
  previous_version: string | null
  metadata: string
  /** When this data version was seen first, and last; equal looks in a row share one record. */
  first_observed_at: string
  observed_at: string
}

export type LeaseRole = 'run' | 'daemon'

export type LeasesTable = {
  name: string
  /** `daemon`: it takes runs from the queue. `run`: it makes one run and goes. */
  role: LeaseRole
  holder: string
  host: string
  pid: number
  taken_at: string
  expires_at: string
}
