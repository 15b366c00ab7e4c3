import process from 'node:process'
import { results } from '../assets/results.js'
import { homeAt } from '../data/home.js'
import { HemlineError } from '../pipeline/errors.js'
import { formatCountOf } from '../reports/numbers.js'
import { formatUsd } from '../data/catalogue/price.js'
import { findOpenBatches } from '../data/records/batches.js'
import { exitCodeOf, exitCodes } from './exit-codes.js'
import { makeProgress } from './make-progress.js'
import { withHome } from './open-home.js'
import { reportError } from './report-error.js'
import { runMaterialize } from './run-materialize.js'
import type { SendingOfRun } from './sending.js'
import { type SettingFlags, settleSettings } from './settle-settings.js'

/**
 * Asks a few requests for good, from all over the pictures, one by one: their answers are kept, and tell a plan what the others
 * will use. Waits for them alone, however long a batch is at the provider beside them. Returns the exit code: 0 when they are there,
 * else that of the run.
 *
 * @throws HemlineError `sample_needs_pinned` where flags differ from what the home pins: a plan changes no settings.
 */
export async function askSample(
  { home, ofRun, ...flags }: SettingFlags & { home: string; ofRun: SendingOfRun },
  count: number,
): Promise<number> {
  const { isNew, changes } = await settleSettings(homeAt(home), flags)
  if (!isNew && changes.length > 0) {
    throw new HemlineError({
      code: 'sample_needs_pinned',
      message: `--sample asks with the settings of the home, and these are others: ${changes.join(', ')}`,
      hint: 'Leave the flags out; or pin them first (hemline init), or sample in a home of its own (--home FOLDER).',
    })
  }
  const progress = makeProgress(process.stderr)
  const run = await runMaterialize(
    {
      ...{ home, ...flags, selection: [`+${results.key}`], isForced: false, waits: false },
      ...{ limit: count, isSpread: true, pollIntervalMs: undefined },
      ofRun: { ...ofRun, method: 'individual' },
    },
    progress,
  )
  const { requests, cost_nano_usd: cost } = run.spent
  const price = `${formatUsd(cost)}${run.isBilled ? '' : ' (not billed)'}`
  process.stderr.write(`Sample: ${formatCountOf(requests, 'answer')} for ${price}; they are kept.\n`)
  const isAnswered = await withHome(home, async (db) => (await findOpenBatches(db, 'here')).length === 0)
  if (run.state === 'waiting' && isAnswered) {
    if (requests === 0) process.stderr.write(askedBefore(run.runId, count))
    return exitCodes.done
  }
  for (const { state, because } of run.steps) {
    if (state === 'held') process.stderr.write(`Held: ${because}.\n`)
    if (state === 'waiting') process.stderr.write(`Waiting: ${because}. Type the same again to go on.\n`)
  }
  if (run.state === 'interrupted') process.stderr.write('Interrupted. What was asked is on record.\n')
  if (run.error !== undefined && run.state === 'failed') reportError(run.error, process.stderr)
  return exitCodeOf(run.state)
}

/** A run of the same sample is gone on with for as long as it waits, and asks no more than it was told. */
function askedBefore(run: number, count: number): string {
  const asked = formatCountOf(count, 'request')
  return `Run ${run} has asked its ${asked}, and waits for a batch beside it. Another sample follows when that is over.\n`
}
