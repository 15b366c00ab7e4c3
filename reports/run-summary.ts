import { formatUsd } from '../data/catalogue/price.js'
import type { ChargeSum } from '../data/records/charges.js'
import { flagOfHome } from './home-flag.js'
import { formatCountOf } from './numbers.js'

export type EndedRun = {
  runId: number
  state: 'done' | 'waiting' | 'held' | 'failed' | 'interrupted'
  steps: readonly { asset: string; state: string; because: string }[]
  submittedBatches: number
  /** What this run booked. */
  spent: ChargeSum
  /** False for the local server, which bills nobody. */
  isBilled: boolean
}

/**
 * How a run ended, what it sent and what that cost, and what to type next; a few lines.
 *
 * @param terms  the flags by which the run was limited: what is typed next must not lift them. Empty for none.
 */
export function describeRun(run: EndedRun, home: string, terms: readonly string[] = []): string {
  return [didWhat(run), ...next(run, home, terms)].join('\n')
}

/** What is said when a look found files, and no picture among them. */
export function describeNoPictures(skipped: number, home: string): string {
  const files = formatCountOf(skipped, 'file was', 'files were')
  return `No picture can be used: ${files} left out. Why: hemline images${flagOfHome(home)} --state skipped`
}

/** What is said of requests that are not asked again by themselves, whichever run they failed in; at least one. */
export function describeFailed(failed: number, home: string): string {
  return `${formatCountOf(failed, 'request')} failed for good. Why: hemline failures${flagOfHome(home)}`
}

function didWhat({ runId, state, steps, submittedBatches, spent, isBilled }: EndedRun): string {
  const cost = `${formatUsd(spent.cost_nano_usd)}${isBilled ? '' : ' (not billed)'}`
  const money = `${formatCountOf(spent.requests, 'answer')} booked, ${cost}`
  if (state === 'done' && steps.length === 0) {
    return `Run ${runId}: nothing changed, so no batch was submitted and nothing was spent ($0).`
  }
  if (state === 'done' && submittedBatches === 0 && spent.requests === 0) {
    return `Run ${runId} is done: no batch was submitted and nothing was spent ($0).`
  }
  // Nothing is submitted where answers of earlier batches came, or where requests were asked one by one.
  const isAnswered = submittedBatches === 0 && spent.requests > 0
  const submitted = `${formatCountOf(submittedBatches, 'batch', 'batches')} submitted, `
  return `Run ${runId} is ${words[state]}: ${isAnswered ? '' : submitted}${money}.`
}

const words: Record<EndedRun['state'], string> = {
  done: 'done',
  waiting: 'waiting',
  held: 'held',
  failed: 'not done',
  interrupted: 'interrupted',
}

function next({ state, steps, isBilled }: EndedRun, home: string, terms: readonly string[]): string[] {
  const flag = flagOfHome(home)
  const materialize = [`hemline materialize${flag}`, ...terms].join(' ')
  const waiting = steps.find((step) => step.state === state)
  const reason = waiting?.because
  switch (state) {
    case 'done':
      return [`See them: hemline posts${flag}`, `Take them out: hemline export${flag} --out posts.csv`]
    case 'waiting': {
      const goOn = `Go on with: ${materialize} --wait`
      const isSent = waiting?.asset !== 'submitted_batch'
      const word = isBilled
        ? 'The batch goes on without this program.'
        : 'The local server works only while hemline runs.'
      return [
        ...(reason ? [`Waiting: ${reason}.`] : []),
        ...(isSent ? [`${word} ${goOn}`] : [goOn, `Is the provider in reach? hemline doctor${flag}`]),
      ]
    }
    case 'held':
      return [...(reason ? [`Held: ${reason}.`] : []), `Look at: hemline batches${flag}`]
    case 'failed':
    case 'interrupted':
      return [`Nothing is lost. Go on with: ${materialize}`]
  }
}
