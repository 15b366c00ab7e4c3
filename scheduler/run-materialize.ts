import process from 'node:process'
import { fashionGraph } from '../assets/list.js'
import { shutdownOf } from '../data/catalogue/shutdown.js'
import { getModel } from '../data/catalogue/find-model.js'
import { type Db, openDatabase } from '../data/database.js'
import { type Home, homeAt } from '../data/home.js'
import { countBatches } from '../data/records/batches.js'
import { type ChargeSum, sumCharges } from '../data/records/charges.js'
import { systemClock } from '../pipeline/clock.js'
import { takeLease } from '../pipeline/engine/lease.js'
import { type RunResult, materialize } from '../pipeline/engine/materialize.js'
import { select } from '../pipeline/engine/selection.js'
import { HemlineError } from '../pipeline/errors.js'
import { prepareConnection } from './connect.js'
import { thisProcess } from './holder.js'
import type { Progress } from './progress.js'
import { type SettingFlags, type SettledSettings, pinSettings, settleSettings } from './settle-settings.js'
import { stopSignal } from './stop-signal.js'

export type MaterializeRequest = SettingFlags & {
  home: string
  selection: string[]
  isForced: boolean
  waits: boolean
  /** At most so many new requests; undefined for all. */
  limit: number | undefined
  /** Undefined: what suits the provider. */
  pollIntervalMs: number | undefined
}

/** The embedded server is done in seconds, and a poll of it costs nobody anything. */
const POLL_INTERVALS_MS = { openai: 30_000, local: 1_000 }

/** How a run ended, and what it did to the ledger. */
export type FinishedRun = RunResult & { submittedBatches: number; spent: ChargeSum; isBilled: boolean }

/**
 * One run, from a person's flags to its result: settles and pins the settings, takes the home's lease, materializes, and
 * closes everything that it opened.
 *
 * @throws HemlineError for what is wrong with the command itself, before anything is written.
 */
export async function runMaterialize(request: MaterializeRequest, progress: Progress): Promise<FinishedRun> {
  const home = homeAt(request.home)
  select(fashionGraph, request.selection)
  const settled = await settleSettings(home, flagsOf(request))
  checkModel(settled, progress)
  const connection = prepareConnection(settled.settings, home, process.env)
  const db = await openDatabase(home.database)
  try {
    const lease = await takeLease(db, thisProcess('run'), systemClock)
    try {
      await pin(home, settled, progress)
      const before = await ledgerOf(db)
      const result = await materialize({
        graph: fashionGraph,
        selection: request.selection,
        resources: {
          db,
          home,
          settings: settled.settings,
          connect: () => connection.connect(db),
          pollIntervalMs: request.pollIntervalMs ?? POLL_INTERVALS_MS[settled.settings.provider],
          allowance: { requests: request.limit ?? Infinity },
          notify: progress.notify,
        },
        clock: systemClock,
        signal: AbortSignal.any([stopSignal(), lease.lost]),
        isForced: request.isForced,
        waits: request.waits,
        trigger: 'person',
        onEvent: progress.notify,
      })
      const after = await ledgerOf(db)
      const spent = difference(after.charges, before.charges)
      const isBilled = settled.settings.provider === 'openai'
      return { ...result, submittedBatches: after.batches - before.batches, spent, isBilled }
    } finally {
      await lease.release()
    }
  } finally {
    progress.stop()
    await connection.close()
    await db.destroy()
  }
}

function flagsOf({ images, provider, model, detail, profile }: MaterializeRequest): SettingFlags {
  return { images, provider, model, detail, profile }
}

function checkModel({ settings }: SettledSettings, progress: Progress): void {
  const shutdown = shutdownOf(getModel(settings.model), systemClock.now())
  if (!shutdown) return
  if (shutdown.state === 'near' || settings.provider === 'local') return progress.warn(shutdown.sentence)
  throw new HemlineError({
    code: 'model_gone',
    message: shutdown.sentence,
    hint: `Use another one: --model ${shutdown.replacement ?? 'gpt-6-luna'}. Answers that you have are kept.`,
  })
}

async function ledgerOf(db: Db): Promise<{ batches: number; charges: ChargeSum }> {
  return { batches: await countBatches(db), charges: await sumCharges(db) }
}

function difference(after: ChargeSum, before: ChargeSum): ChargeSum {
  const names = Object.keys(after) as (keyof ChargeSum)[]
  return Object.fromEntries(names.map((name) => [name, after[name] - before[name]])) as ChargeSum
}

async function pin(home: Home, settled: SettledSettings, progress: Progress): Promise<void> {
  for (const change of settled.changes)
    progress.say(`setting changed, and pinned in ${home.config}: ${change}`)
  await pinSettings(home, settled)
}
