import type { JSX } from 'preact'
import type { StateCounts } from '../../data/records/state-counts.js'
import { formatCount } from '../numbers.js'
import { inWords } from './words.js'

const shown = ['answered', 'submitted', 'in_part', 'pending', 'failed', 'skipped'] as const
const words: Partial<Record<(typeof shown)[number], string>> = {
  submitted: 'at the provider',
  in_part: 'in a part',
}

/** Every request in its state: parts of one whole. Nothing before the first request. */
export function RequestBar({ requests }: { requests: StateCounts['requests'] }): JSX.Element | null {
  const total = shown.reduce((sum, state) => sum + requests[state], 0)
  if (total === 0) return null
  const present = shown.filter((state) => requests[state] > 0)
  return (
    <section class="requests" aria-label="Requests by state">
      <div class="stack" aria-hidden="true">
        {present.map((state) => (
          <i key={state} class={state} style={{ flexGrow: String(requests[state] / total) }} />
        ))}
      </div>
      <dl>
        <div>
          <dt>requests</dt>
          <dd class="num">{formatCount(total)}</dd>
        </div>
        {present.map((state) => (
          <div key={state}>
            <dt>
              <i class={state} aria-hidden="true" />
              {words[state] ?? inWords(state)}
            </dt>
            <dd class="num">{formatCount(requests[state])}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
