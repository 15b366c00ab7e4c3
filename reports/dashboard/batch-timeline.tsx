import type { JSX } from 'preact'
import type { BatchRow } from '../dashboard-wire.js'
import { formatDuration } from '../numbers.js'
import { At } from './words.js'

/** The states that a batch went through, with how long each took. */
export function BatchTimeline({ batch }: { batch: BatchRow }): JSX.Element {
  const isRejected = batch.state === 'rejected'
  const stops: [string, string | null][] = [
    ['written down', batch.intended_at],
    ['sent', batch.create_sent_at],
    [batch.lane === 'batch' ? 'at the provider' : 'begun', batch.created_at],
    [isRejected ? 'rejected' : 'ended', batch.ended_at],
    ...(isRejected ? [] : [['collected', batch.collected_at] as [string, string | null]]),
  ]
  const known = stops.filter(([name, at]) => at !== null || name !== 'sent')
  return (
    <ol class="timeline">
      {known.map(([name, at], index) => {
        const before = index === 0 ? null : known[index - 1]![1]
        return (
          <li key={name} class={at === null ? 'ahead' : ''}>
            <b>{name}</b>
            <small>
              {at === null ? '–' : <At at={at} />}
              {at !== null && before !== null && ` · +${formatDuration(Date.parse(at) - Date.parse(before))}`}
            </small>
          </li>
        )
      })}
    </ol>
  )
}
