import type { LedgerSlice } from '../data/records/ledger.js'
import type { StateCounts, LiveBatches } from '../data/records/state-counts.js'
import type { RunState, StepState } from '../data/schema/engine-tables.js'

/** What the page is told. The rows of listings are those of `--json`; what is here puts them together. */

/** One asset or source of the graph: the row of `hemline status --json`, and what the graph says of it. */
export type AssetRow = {
  asset: string
  kind: 'asset' | 'source'
  describe: string
  needs: string[]
  status: string
  causes: string[]
  behind: { asset: string; because: string }[]
  last_at: string | null
  metadata: Record<string, unknown> | null
  /** The metadata as a short phrase; empty when there is none. */
  holds: string
  /** Its latest step, while that is not done. */
  step: { run: number; state: StepState; because: string; waiting_until: string | null } | null
}

/** What stands on every view, and is sent whenever it changes. */
export type Overview = {
  home: string
  version: string
  /** Null where no run was ever made. */
  provider: string | null
  assets: AssetRow[]
  counts: StateCounts
  live: LiveBatches
  daemon: { status: string; pid: number; host: string; last_tick: { at: string } | null } | null
  run: { run: number; state: RunState; trigger: string; selection: string; started_at: string } | null
  /** Posts that are grouped, and those of them that cannot be searched yet. */
  search: { grouped: number; unsearchable: number }
}

export type HistoryRow = {
  at: string
  run: number | null
  because: string
  data_version: string
  metadata: Record<string, unknown>
}

export type AssetDetail = {
  root_causes: { chain: string[]; because: string }[]
  decision: { verdict: string; because: string; last_at: string } | null
  history: HistoryRow[]
  steps: { run: number; state: string; because: string; started_at: string; finished_at: string | null }[]
}

/** A batch as `hemline batches --json` has it, and what the page shows beside it. */
export type BatchRow = {
  id: number
  lane: string
  batch: string | null
  state: string
  status: string | null
  is_stuck: boolean
  next_step: string | null
  because: string | null
  part: string
  requests: number
  completed: number
  failed: number
  bytes: number
  estimated_tokens: number
  estimated_cost_nano_usd: number | null
  cost_nano_usd: number
  intended_at: string
  create_sent_at: string | null
  created_at: string | null
  expires_at: string | null
  polled_at: string | null
  ended_at: string | null
  collected_at: string | null
  tally: Record<string, number> | null
  errors: { code: string; message: string; requests: number }[]
}

export type RunRow = {
  run: number
  selection: string[]
  trigger: string
  state: string
  started_at: string
  finished_at: string | null
  error: string | null
  steps: {
    asset: string
    round: number
    state: string
    because: string
    waiting_until: string | null
    started_at: string
    finished_at: string | null
  }[]
}

/** A line of a run's log, as the records tell it. */
export type LogLine = {
  at: string
  kind: 'step' | 'batch' | 'made' | 'failure'
  text: string
  detail: string
}

export type TickRow = {
  tick: number
  state: string
  at: string
  last_at: string
  times: number
  run: number | null
  decisions: { asset: string; verdict: string; because: string }[]
  error: string | null
}

export type ActionRow = {
  action: number
  kind: string
  arguments: Record<string, unknown>
  asked_by: string
  state: string
  asked_at: string
  finished_at: string | null
  outcome: Record<string, unknown> | null
  error: string | null
  hint: string | null
}

/** What an action would do and cost, before it is confirmed. */
export type ActionPreview = {
  title: string
  lines: string[]
  /** Null where it cannot be told. */
  cost: string | null
  /** What that is the price of. */
  cost_of: string
  /** What the button says that does it. */
  verb: string
  is_possible: boolean
}

export type Money = {
  /** The day and the month that budgets count now, in UTC. */
  today: string
  month: string
  slices: LedgerSlice[]
  budgets: { name: 'day' | 'month'; limit_nano_usd: number; committed_nano_usd: number }[]
  /** Posts of which at least one picture is described. */
  posts: number
}

/** A way of asking, for the pictures of this home. */
export type MethodRow = {
  method: string
  cost_nano_usd: number
  per_image_nano_usd: number
  saved_nano_usd: number
  saved_percent: number
  basis: 'measured' | 'measured_usage' | 'estimated'
  measured_on: number
}
export type Comparison = { pictures: number; model: string; methods: MethodRow[] }
