import type { Tick } from '../data/records/ticks.js'
import type { Listing } from './listing.js'
import { formatCount } from './numbers.js'

/** As a tick records it. */
export type TickDecision = { asset: string; verdict: string; because: string }

export const tickListing: Listing<Tick> = {
  columns: [
    { title: 'tick', align: 'right' },
    { title: 'at' },
    { title: 'times', align: 'right' },
    { title: 'run', align: 'right' },
    { title: 'decided' },
  ],
  cells: (tick) => [
    String(tick.id),
    tick.at,
    formatCount(tick.times),
    tick.run_id === null ? '' : String(tick.run_id),
    inWords(tick),
  ],
  json: (tick) => ({
    tick: tick.id,
    state: tick.state,
    at: tick.at,
    last_at: tick.last_at,
    times: tick.times,
    run: tick.run_id,
    observes: JSON.parse(tick.observes) as string[],
    decisions: JSON.parse(tick.decisions) as TickDecision[],
    error: tick.error,
  }),
  empty: 'No ticks yet. Start the daemon: hemline daemon',
}

/** What a tick did; of one that did nothing, what it waits for. */
function inWords(tick: Tick): string {
  const decisions = JSON.parse(tick.decisions) as TickDecision[]
  const acted = decisions.filter(({ verdict }) => verdict === 'run' || verdict === 'observe')
  const waits = decisions.filter(({ verdict }) => verdict === 'wait')
  const told = acted.length > 0 ? acted : waits
  const words = told.map(({ asset, verdict, because }) => `${verdict} ${asset}: ${because}`)
  return words.join('; ') || 'everything is up to date'
}
