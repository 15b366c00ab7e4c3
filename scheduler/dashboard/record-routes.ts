import { Hono } from 'hono'
import { fashionGraph } from '../../assets/list.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { listActions } from '../../data/records/actions.js'
import { listRuns } from '../../data/records/runs.js'
import { findSteps } from '../../data/records/steps.js'
import { listTicks } from '../../data/records/ticks.js'
import type { Clock } from '../../pipeline/clock.js'
import { actionListing } from '../../reports/action-listing.js'
import { runListing } from '../../reports/run-listing.js'
import { tickListing } from '../../reports/tick-listing.js'
import { loadAsset } from './load-asset.js'
import { loadBatches } from './load-batches.js'
import { loadRunLog } from './run-log.js'
import { beforeOf, idOf, notFound } from './route-values.js'

const PAGE_ROWS = 50

/** The listings, as `--json` prints them: `before` names the id that a page goes on before. */
export function recordRoutes(db: Db, home: Home, clock: Clock): Hono {
  const route = new Hono()
  const page = { limit: PAGE_ROWS }
  route.get('/assets/:key', async (c) => {
    const key = c.req.param('key')
    return fashionGraph.has(key) ? c.json(await loadAsset(db, key)) : notFound(c, `no asset "${key}"`)
  })
  route.get('/batches', async (c) =>
    c.json(await loadBatches(db, home, { ...page, beforeId: beforeOf(c) }, clock.now())),
  )
  route.get('/runs', async (c) => {
    const rows = []
    for (const run of await listRuns(db, PAGE_ROWS, beforeOf(c))) {
      rows.push(runListing.json({ ...run, steps: await findSteps(db, run.id) }))
    }
    return c.json(rows)
  })
  route.get('/runs/:id/log', async (c) => {
    const log = await loadRunLog(db, idOf(c), clock.now())
    return log ? c.json(log) : notFound(c, 'no such run')
  })
  route.get('/ticks', async (c) => {
    const ticks = await listTicks(db, { ...page, beforeId: beforeOf(c) })
    return c.json(ticks.map((tick) => tickListing.json(tick)))
  })
  route.get('/actions', async (c) => {
    const actions = await listActions(db, { ...page, beforeId: beforeOf(c) })
    return c.json(actions.map((action) => actionListing.json(action)))
  })
  return route
}
