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
