import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import process from 'node:process'
import { expectedCost } from '../assets/request/expected-cost.js'
import { rulesOfPart } from '../assets/request/rules-of-part.js'
import type { Settings } from '../assets/settings.js'
import { copyDatabase } from '../data/copy-database.js'
import { readCatalogue } from '../data/catalogue/read-catalogue.js'
import { openDatabase } from '../data/database.js'
import { BATCH_FOLDER, type Home } from '../data/home.js'
import { findBatches } from '../data/records/batches.js'
import { sumCharges } from '../data/records/charges.js'
import { ensureRecipe } from '../data/records/recipes.js'
import { listRequests } from '../data/records/requests.js'
import type { BatchContext } from '../pipeline/batch/batch-context.js'
import { collectBatch } from '../pipeline/batch/collect.js'
import { pollOpenBatches } from '../pipeline/batch/poll.js'
import { type RecoveredPart, type RecoveryPlace, recoverParts } from '../pipeline/batch/recover-parts.js'
import { systemClock } from '../pipeline/clock.js'
import { HemlineError } from '../pipeline/errors.js'
import { type Connect, prepareConnection } from './connect.js'
import type { Progress } from './progress.js'
import { stopSignal } from './stop-signal.js'

type RulesOf = RecoveryPlace['rulesOf']

/** What was found again. */
export type Recovery = {
  parts: RecoveredPart[]
  requests: number
  answers: number
  costNanoUsd: number
  /** Where the database that was there before was moved to; null when there was none. */
  movedTo: string | null
}

/**
 * Builds a home's database anew, beside the old one, from its tasks and results files and from what the provider lists, and
 * puts it in its place when it is whole. One that can be read, restored from a backup say, is gone on from: only what it does not
 * know is taken in. A kill leaves the home as it was. Pays nothing.
 *
 * @param isReplacing  whether nothing of a database that can be read is to be kept.
 * @throws HemlineError `database_is_there` when one is there that can be read and knows all that was sent.
 */
export async function recoverHome(
  home: Home,
  settings: Settings,
  isReplacing: boolean,
  progress: Progress,
): Promise<Recovery> {
  const isKept = !isReplacing && (await isInUse(home))
  const fresh = `${home.database}.recovering`
  await removeDatabase(fresh)
  if (isKept) copyDatabase(home.database, fresh)
  const connection = prepareConnection(settings, home, process.env, systemClock)
  try {
    const found = await rebuild(fresh, home, connection.connect, progress)
    if (isKept && found.parts.length === 0) throw databaseIsThere(home)
    const movedTo = await moveAside(home)
    await rename(fresh, home.database)
    return { ...found, movedTo }
  } finally {
    progress.stop()
    await connection.close()
    await removeDatabase(fresh)
  }
}

async function rebuild(
  path: string,
  home: Home,
  connect: Connect,
  progress: Progress,
): Promise<Omit<Recovery, 'movedTo'>> {
  const db = await openDatabase(path)
  try {
    const context = {
      ...{ db, pathOf: home.pathOf, clock: systemClock, signal: stopSignal(), notify: progress.notify },
      ...(await connect(db)),
    }
    const catalogue = await readCatalogue(home.models)
    const before = await sumCharges(db)
    const rulesOf: RulesOf = (partId, lane) => rulesOfPart(db, { partId, lane }, catalogue)
    await collectKnown(context, rulesOf)
    const parts = await recoverParts(context, {
      folder: BATCH_FOLDER,
      ensureRecipe: (to, recipe) => ensureRecipe(to, recipe, systemClock.now()),
      rulesOf,
      expectedCost: async (part, lane) =>
        (await expectedCost(db, { part, requests: part.requests, lane }, catalogue)).costNanoUsd,
    })
    const after = await sumCharges(db)
    const answers = after.requests - before.requests
    const costNanoUsd = after.cost_nano_usd - before.cost_nano_usd
    const requests = parts.reduce((sum, part) => sum + part.requests, 0)
    return { parts, requests, answers, costNanoUsd }
  } finally {
    await db.destroy()
  }
}

/** What an older database has at the provider comes first: what failed in it may be in the parts that are to be found. */
async function collectKnown(context: BatchContext, rulesOf: RulesOf): Promise<void> {
  await pollOpenBatches(0, context)
  for (const batch of await findBatches(context.db, ['ended'])) {
    await collectBatch(batch, await rulesOf(batch.part_id, batch.lane), context)
  }
}

async function isInUse(home: Home): Promise<boolean> {
  if (!existsSync(home.database)) return false
  const db = await openDatabase(home.database).catch(() => undefined)
  if (!db) return false
  try {
    return (await listRequests(db, { afterId: 0, limit: 1 })).length > 0
  } catch {
    // It opens, and what is in it cannot be read.
    return false
  } finally {
    await db.destroy()
  }
}

async function moveAside(home: Home): Promise<string | null> {
  if (!existsSync(home.database)) return null
  const to = `${home.database}.lost-${systemClock.now().toISOString().replace(/[-:.]/g, '')}`
  await rename(home.database, to)
  await removeLogs(home.database)
  return to
}

async function removeDatabase(path: string): Promise<void> {
  await rm(path, { force: true })
  await removeLogs(path)
}

async function removeLogs(path: string): Promise<void> {
  for (const suffix of ['-wal', '-shm']) await rm(`${path}${suffix}`, { force: true })
}

function databaseIsThere(home: Home): HemlineError {
  return new HemlineError({
    code: 'database_is_there',
    message: `"${home.database}" is there and can be read, so nothing needs to be recovered`,
    hint: 'To build it anew all the same, from what the home and the provider still have: hemline recover --yes',
  })
}
