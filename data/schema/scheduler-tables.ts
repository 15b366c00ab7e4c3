import type { Generated } from 'kysely'

export type TicksTable = {
  id: Generated<number>
  /** `started`: written, and not all of what it decided is done. */
  state: 'started' | 'done' | 'failed'
  at: string
  /** Ticks in a row that decide the same, and do nothing, share a record: when the last of them was, and how many. */
  last_at: string
  times: Generated<number>
  /** JSON list: keys of the sources that it looks at. */
  observes: string
  /** JSON list: why each asset is run, or is not. */
  decisions: string
  run_id: number | null
  error: string | null
  finished_at: string | null
}

export type SchedulesTable = {
  asset_key: string
  cron: string
  time_zone: string
  /** Fire times up to this instant were handled, or are never to be. */
  handled_until: string
}

export type WebhookDeliveriesTable = {
  /** The sender's id of the delivery: a repeat has the same. */
  id: string
  type: string
  /** The provider's id of the batch that it tells about. */
  batch: string
  received_at: string
}

export type ActionKind = 'materialize' | 'cancel' | 'retry' | 'adopt' | 'resubmit'

/** `queued`: written down, for whoever may carry it out. `running`: a process does. `done` and `failed` end it. */
export type ActionState = 'queued' | 'running' | 'done' | 'failed'

/** What a person asked for, from the command line or the page. */
export type ActionsTable = {
  id: Generated<number>
  kind: ActionKind
  /** JSON object; what is in it depends on the kind. */
  arguments: string
  asked_by: 'command' | 'page'
  state: ActionState
  asked_at: string
  finished_at: string | null
  /** JSON object: what it came to; null until it is done. */
  outcome: string | null
  error_code: string | null
  error: string | null
  hint: string | null
}
