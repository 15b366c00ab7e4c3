import type { Catalogue } from '../data/catalogue/catalogue.js'
import type { Db } from '../data/database.js'
import type { Home } from '../data/home.js'
import type { BatchContext, BatchEvent } from '../pipeline/batch/batch-context.js'
import { assetKit } from '../pipeline/engine/asset.js'
import type { Budget } from './request/budget.js'
import type { Method } from './request/choose-lane.js'
import type { Settings } from './settings.js'

/** What the assets of this pipeline work with; the composition root makes it. */
export type FashionResources = {
  db: Db
  home: Home
  settings: Settings
  /** What models cost, and how they count pictures. */
  catalogue: Catalogue
  /** Connects to the provider on first use: planning and grouping need no key. */
  connect(): Promise<Pick<BatchContext, 'provider' | 'accountId'>>
  /** Time between two polls of a batch. */
  pollIntervalMs: number
  allowance: Allowance
  sending: Sending
  sentAhead: SentAhead
  notify(event: FashionEvent): void
}

/**
 * How many requests this run may still put into tasks files; `Infinity` without a limit. `isSpread`: they are taken from all
 * over the list, so that they stand for the others, and not from its start.
 */
export type Allowance = { requests: number; isSpread?: boolean }

/**
 * What this run has sent while its tasks file was still being written, as batches. The step that sends the rest counts it as
 * its own, and forgets it.
 */
export type SentAhead = { batches: number; requests: number }

/** How requests are sent, and what they may cost. */
export type Sending = {
  method: Method
  /** How many requests may be in the air at once, one by one. */
  callsAtOnce: number
  budget: Budget
}

/** What happens while assets are made, for progress and logs. */
export type FashionEvent =
  | BatchEvent
  | { kind: 'images.read'; done: number }
  | { kind: 'tasks.written'; done: number; total: number }

export const { defineAsset, defineSource } = assetKit<FashionResources>()
