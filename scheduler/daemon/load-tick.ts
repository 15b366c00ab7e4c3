import { fashionGraph } from '../../assets/list.js'
import { recipe } from '../../assets/recipe.js'
import { tasksFile } from '../../assets/tasks-file.js'
import type { Db } from '../../data/database.js'
import { countPicturesWithoutRequest } from '../../data/records/images.js'
import { findFirstChange } from '../../data/records/observations.js'
import { countPendingRequests } from '../../data/records/requests.js'
import { type Run, findRuns } from '../../data/records/runs.js'
import { findSchedules } from '../../data/records/schedules.js'
import { findLatestSteps, findSteps, listSteps } from '../../data/records/steps.js'
import { loadPending, loadRecords } from '../../pipeline/engine/records.js'
import { selectedKeys } from '../../pipeline/engine/run-life.js'
import { type Records, type Status, because, statusOf } from '../../pipeline/engine/staleness.js'
import type { Automation } from './automation.js'
import type { Backlog } from './cut-batch.js'
import type { TickInput, TickNode, WaitingRun } from './plan-tick.js'

/** More failures in a row make no pause longer. */
const COUNTED_FAILURES = 10

/** Reads from a home everything that a tick decides by. Looks at no source: what is on record counts. */
export async function loadTick(db: Db, automation: Automation, now: Date): Promise<TickInput> {
  const records = await loadRecords(db)
  const pending = await loadPending(fashionGraph, db)
  const latest = await findLatestSteps(db)
  const nodes: TickNode[] = []
  for (const node of fashionGraph.nodes) {
    const status = statusOf(node, records, pending.get(node.key))
    const step = latest.get(node.key)
    nodes.push({
      key: node.key,
      kind: node.kind,
      status: status.kind,
      because: because(status),
      inputs: fashionGraph.inputsOf(node.key),
      leftOverSince: leftOverSince(status, records.get(node.key)?.at),
      trouble: step?.state === 'failed' || step?.state === 'held' ? await troubleOf(db, node.key) : undefined,
    })
  }
  const runs = await findRuns(db, ['queued', 'waiting'])
  const waiting = runs.findLast(({ state }) => state === 'waiting')
  const isStale = nodes.some(({ key, status }) => key === tasksFile.key && status !== 'fresh')
  return {
    now,
    nodes,
    automation,
    schedules: await loadSchedules(db),
    cut: { asset: tasksFile.key, backlog: isStale ? await loadBacklog(db, records) : NOTHING },
    queued: runs.find(({ state }) => state === 'queued'),
    waiting: waiting && (await describeWaiting(db, waiting)),
  }
}

function leftOverSince(status: Status, madeAt: string | undefined): Date | undefined {
  const isLeftOver = status.kind === 'stale' && status.causes.every(({ kind }) => kind === 'pending')
  return isLeftOver && madeAt !== undefined ? new Date(madeAt) : undefined
}

const NOTHING: Backlog = { requests: 0, retries: 0, oldestAt: null }

async function troubleOf(db: Db, key: string): Promise<TickNode['trouble']> {
  const steps = await listSteps(db, key, COUNTED_FAILURES)
  const [last] = steps
  if (last?.state !== 'failed' && last?.state !== 'held') return undefined
  const others = steps.findIndex(({ state }) => state !== last.state)
  return {
    state: last.state,
    times: others === -1 ? steps.length : others,
    endedAt: new Date(last.finished_at!),
    because: last.because,
  }
}

async function loadSchedules(db: Db): Promise<TickInput['schedules']> {
  const schedules = await findSchedules(db)
  return new Map(
    [...schedules].map(([key, { cron, time_zone, handled_until }]) => [
      key,
      { cron, timeZone: time_zone, handledUntil: new Date(handled_until) },
    ]),
  )
}

/** What a batch would ask, were it cut now: pictures without a request under the recipe, and requests in no part. */
async function loadBacklog(db: Db, records: Records): Promise<Backlog> {
  const recipeId = records.get(recipe.key)?.metadata['recipeId']
  if (typeof recipeId !== 'number') return NOTHING
  const { pending, retries } = await countPendingRequests(db)
  const unplanned = await countPicturesWithoutRequest(db, recipeId)
  const lastCut = records.get(tasksFile.key)?.at
  const changedAt = await findFirstChange(db, lastCut ?? '')
  const oldestAt = changedAt ?? lastCut
  return {
    requests: pending + unplanned,
    retries,
    oldestAt: oldestAt === undefined ? null : new Date(oldestAt),
  }
}

async function describeWaiting(db: Db, run: Run): Promise<WaitingRun> {
  const steps = (await findSteps(db, run.id)).filter(({ state }) => state === 'waiting')
  const instants = steps.map(({ waiting_until }) => Date.parse(waiting_until!))
  return {
    id: run.id,
    selection: selectedKeys(fashionGraph, run.selection),
    assets: steps.map(({ asset_key }) => asset_key),
    until: new Date(Math.min(...instants, instants.length === 0 ? 0 : Infinity)),
  }
}
