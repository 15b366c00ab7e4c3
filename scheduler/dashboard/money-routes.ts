import { Hono } from 'hono'
import { periodsOf } from '../../assets/request/budget.js'
import { facetTerm } from '../../assets/post/search-text.js'
import type { Db } from '../../data/database.js'
import type { Home } from '../../data/home.js'
import { readDataVersion } from '../../data/records/data-version.js'
import { sliceLedger } from '../../data/records/ledger.js'
import { countTerms } from '../../data/records/post-search.js'
import { sumCommitted } from '../../data/records/spending.js'
import type { Clock } from '../../pipeline/clock.js'
import type { Money } from '../../reports/dashboard-wire.js'
import { readConfig } from '../home-config.js'
import { settleSending } from '../sending.js'
import { runCommand } from './child-command.js'

/** What was spent, against what may be; and the three methods for the home's own pictures. */
export function moneyRoutes(db: Db, home: Home, clock: Clock): Hono {
  const route = new Hono()
  const compare = comparison(db, home)
  route.get('/money', async (c) => c.json(await loadMoney(db, home, clock.now())))
  route.get('/methods', async (c) => c.json(await compare()))
  return route
}

async function loadMoney(db: Db, home: Home, now: Date): Promise<Money> {
  const config = await readConfig(home)
  const today = now.toISOString().slice(0, 10)
  const described = facetTerm('state', 'described')
  const [counted] = await countTerms(db, described)
  return {
    ...{ today, month: today.slice(0, 7), slices: await sliceLedger(db) },
    budgets: await loadBudgets(db, config, now),
    posts: counted?.posts ?? 0,
  }
}

async function loadBudgets(
  db: Db,
  config: Awaited<ReturnType<typeof readConfig>>,
  now: Date,
): Promise<Money['budgets']> {
  if (!config) return []
  const noneOfRun = { method: undefined, maxCostNanoUsd: undefined }
  const { budget } = settleSending(config.sections, noneOfRun, now)
  const isLocal = config.settings.provider === 'local'
  const budgets: Money['budgets'] = []
  for (const { length, since, limitNanoUsd } of periodsOf(budget, now)) {
    if (length === 'run') continue
    budgets.push({
      name: length,
      limit_nano_usd: limitNanoUsd,
      committed_nano_usd: await sumCommitted(db, since, isLocal),
    })
  }
  return budgets
}

/** The same as `hemline cost compare --json`. */
function comparison(db: Db, home: Home): () => Promise<unknown> {
  return keptUntilCommit(
    () => readDataVersion(db),
    async () => JSON.parse((await runCommand(home, ['cost', 'compare', '--json'])).stdout) as unknown,
  )
}

/**
 * What is made once, and anew only when it is asked for after something was committed. Never twice at a time, however often it is
 * asked for and whatever is committed meanwhile: who asks then gets what is being made.
 */
export function keptUntilCommit<T>(
  readVersion: () => Promise<number>,
  make: () => Promise<T>,
): () => Promise<T> {
  let version = -1
  let isMaking = false
  let made: Promise<T> | undefined
  return async () => {
    const now = await readVersion()
    if (made && (isMaking || now === version)) return made
    version = now
    isMaking = true
    const making = make().finally(() => (isMaking = false))
    making.catch(() => (made = undefined))
    made = making
    return making
  }
}
