import process from 'node:process'
import { homeAt } from '../data/home.js'
import { openDatabase } from '../data/database.js'
import { sumLedger } from '../data/records/ledger.js'
import { listPostRecords } from '../data/records/posts.js'
import { countStates } from '../data/records/state-counts.js'
import { formatLedger } from '../reports/ledger-table.js'
import { describeFailed, describeNoPictures, describeRun } from '../reports/run-summary.js'
import { postListing } from '../reports/post-listing.js'
import { isExpected } from '../pipeline/errors.js'
import { eachOf } from './pages.js'
import { printListing } from './print-listing.js'
import { print, printObject } from './print.js'
import { reportError } from './report-error.js'
import type { FinishedRun } from './execute-run.js'
import { maskSecretsOf } from './secrets.js'
import { terminalTable } from './terminal-table.js'

const SHOWN_POSTS = 5
const SHOWN_BATCHES = 5

/** Prints how a run ended: as one JSON object, or as sentences and the cost table, with what to type next. */
export async function reportRun(
  run: FinishedRun,
  options: { home: string; isJson: boolean; showsPosts?: boolean; terms?: readonly string[] },
): Promise<void> {
  if (options.isJson) await printObject(toJson(run))
  else {
    const home = homeAt(options.home)
    const db = await openDatabase(home.database)
    try {
      if (options.showsPosts) {
        const posts = await listPostRecords(db, { afterKey: '', limit: SHOWN_POSTS })
        await printListing(eachOf(posts), postListing, false)
      }
      const ledger = await sumLedger(db, 'batch')
      if (ledger.length > 0) {
        await print(formatLedger(ledger, 'batch', { most: SHOWN_BATCHES, format: terminalTable }))
      }
      const { images, requests } = await countStates(db)
      if (images.usable === 0 && images.skipped > 0) {
        await print(describeNoPictures(images.skipped, options.home))
      }
      if (requests.failed > 0) await print(describeFailed(requests.failed, options.home))
      await print(describeRun(run, options.home, options.terms))
    } finally {
      await db.destroy()
    }
  }
  if (run.error !== undefined && run.state === 'failed') reportError(run.error, process.stderr)
}

function toJson({ runId, state, steps, submittedBatches, spent, error }: FinishedRun): object {
  return {
    run: runId,
    state,
    submitted_batches: submittedBatches,
    spent,
    steps: steps.map(({ asset, state: stepState, because, until, metadata }) => ({
      asset,
      state: stepState,
      because,
      ...(until ? { waiting_until: until.toISOString() } : {}),
      ...(metadata ? { metadata } : {}),
    })),
    ...(error === undefined
      ? {}
      : { error: { code: isExpected(error) ? error.code : 'unexpected', message: messageOf(error) } }),
  }
}

function messageOf(error: unknown): string {
  return maskSecretsOf(process.env)(error instanceof Error ? error.message : String(error))
}
