import { sql } from 'kysely'
import type { Db } from '../database.js'
import { type BatchState, type RequestState, liveBatchStates } from '../schema/batch-tables.js'
import type { RunState } from '../schema/engine-tables.js'
import type { ImageState } from '../schema/image-tables.js'
import type { TicksTable } from '../schema/scheduler-tables.js'

/** How many records are in each state; states without any count 0. */
export type StateCounts = {
  requests: Record<RequestState, number>
  batches: Record<BatchState, number>
  runs: Record<RunState, number>
  images: Record<ImageState, number>
  /** Those that share a record are counted one by one. */
  ticks: Record<TicksTable['state'], number>
}

/** Counts along indexes only, so that it may be asked every few seconds: a million requests take some 50 ms. */
export async function countStates(db: Db): Promise<StateCounts> {
  return {
    requests: {
      ...{ pending: 0, in_part: 0, submitted: 0, answered: 0, failed: 0, skipped: 0 },
      ...(await countRows(db, 'requests')),
    },
    batches: {
      ...{ intended: 0, uploaded: 0, open: 0, ended: 0, held: 0, collected: 0, rejected: 0 },
      ...(await countRows(db, 'batches')),
    },
    runs: {
      ...{ queued: 0, running: 0, waiting: 0, done: 0, failed: 0, held: 0, interrupted: 0 },
      ...(await countRows(db, 'runs')),
    },
    images: await countImages(db),
    ticks: { ...{ started: 0, done: 0, failed: 0 }, ...(await countTicks(db)) },
  }
}

async function countRows(
  db: Db,
  table: 'requests' | 'batches' | 'runs',
): Promise<{ [state: string]: number }> {
  const rows = await db
    .selectFrom(table)
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

async function countImages(db: Db): Promise<Record<ImageState, number>> {
  const counting = db.selectFrom('images').select((eb) => eb.fn.countAll<number>().as('count'))
  const all = await counting.executeTakeFirstOrThrow()
  // The index that holds the skipped ones alone serves only where the state is written out.
  const skipped = await counting.where('state', '=', sql.lit('skipped')).executeTakeFirstOrThrow()
  return { usable: all.count - skipped.count, skipped: skipped.count }
}

async function countTicks(db: Db): Promise<{ [state: string]: number }> {
  const rows = await db
    .selectFrom('ticks')
    .select((eb) => ['state', eb.fn.sum<number>('times').as('count')])
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

/** What is at the provider now. */
export type LiveBatches = {
  open: number
  /** In doubt, or stuck: nothing but a person, or the provider, can move them on. */
  held: number
  /** Polls that failed since the last one that did not, over all of them. */
  failed_polls: number
  /** When the oldest open one was created; null when none is open. */
  oldest_open_at: string | null
}

export async function countLiveBatches(db: Db): Promise<LiveBatches> {
  return db
    .selectFrom('batches')
    .where('state', 'in', liveBatchStates)
    .select(({ fn, eb }) => [
      fn.countAll<number>().filterWhere('state', '=', 'open').as('open'),
      fn
        .countAll<number>()
        .filterWhere(eb.or([eb('state', '=', 'held'), eb('is_stuck', '=', 1)]))
        .as('held'),
      fn.coalesce(fn.sum<number>('failed_polls'), eb.lit(0)).as('failed_polls'),
      fn.min<string | null>('created_at').filterWhere('state', '=', 'open').as('oldest_open_at'),
    ])
    .executeTakeFirstOrThrow()
}
