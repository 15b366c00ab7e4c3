import type { JSX } from 'preact'
import { inWords } from './words.js'

/** How a state is to be taken: it is well, it goes on by itself, it needs a person, or it is nothing to think about. */
export type Tone = 'good' | 'busy' | 'wait' | 'bad' | 'calm'

const tones: Record<string, Tone> = {
  ...{
    fresh: 'good',
    observed: 'good',
    done: 'good',
    collected: 'good',
    described: 'good',
    completed: 'good',
  },
  ...{ answered: 'good', ok: 'good', running: 'busy', queued: 'busy', open: 'busy', in_progress: 'busy' },
  ...{
    validating: 'busy',
    finalizing: 'busy',
    waiting: 'busy',
    ended: 'busy',
    uploaded: 'busy',
    intended: 'busy',
  },
  ...{
    submitted: 'busy',
    started: 'busy',
    stale: 'wait',
    missing: 'wait',
    pending: 'calm',
    cancelling: 'wait',
  },
  ...{ cancelled: 'wait', expired: 'wait', interrupted: 'wait', late: 'bad', held: 'bad', failed: 'bad' },
  ...{ rejected: 'bad', stuck: 'bad', skipped: 'calm', 'not looked at': 'wait' },
}

export function toneOf(state: string): Tone {
  return tones[state] ?? 'calm'
}

const said: Record<string, string> = { fresh: 'up to date', observed: 'observed', stale: 'out of date' }

/** A state in a word, with a dot whose shape says the same as its colour. */
export function Status({ state, tone = toneOf(state) }: { state: string; tone?: Tone }): JSX.Element {
  return (
    <span class={`status ${tone}`}>
      <i aria-hidden="true" />
      {said[state] ?? inWords(state)}
    </span>
  )
}
