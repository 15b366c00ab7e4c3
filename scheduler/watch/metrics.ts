import { Counter, Gauge, Registry } from 'prom-client'
import type { ModelCharges } from '../../data/records/charges.js'
import type { LiveBatches, StateCounts } from '../../data/records/state-counts.js'
import type { Health } from './health.js'

/** Everything that a scrape tells, as it was read at one time. */
export type Readings = {
  states: StateCounts
  live: LiveBatches
  charges: readonly ModelCharges[]
  health: Health
  /** Resident memory of the process. */
  rssBytes: number
  nodeVersion: string
  now: Date
}

type Sample = { value: number; labels?: Record<string, string> }

/** The readings as Prometheus reads them, in its text format 0.0.4; `docs/daemon.md` lists the names. */
export function formatMetrics(readings: Readings): Promise<string> {
  const { states, live, charges, now } = readings
  const page = new Page()
  page.gauge('hemline_requests', 'Requests by state.', byState(states.requests))
  page.gauge('hemline_batches', 'Batches by state.', byState(states.batches))
  page.gauge('hemline_images', 'Images by state.', byState(states.images))
  page.gauge('hemline_runs', 'Runs by state.', byState(states.runs))
  page.counter('hemline_ticks_total', 'Ticks by state.', byState(states.ticks))

  page.gauge('hemline_held_batches', 'Batches that are in doubt or stuck.', [{ value: live.held }])
  page.gauge('hemline_oldest_open_batch_age_seconds', 'Age of the oldest open batch; 0 when none is open.', [
    { value: live.oldest_open_at ? (now.getTime() - Date.parse(live.oldest_open_at)) / 1000 : 0 },
  ])
  page.gauge('hemline_failed_polls', 'Polls that failed in a row, over all live batches.', [
    { value: live.failed_polls },
  ])

  addCharges(page, charges)
  addProcess(page, readings)
  return page.text()
}

function addCharges(page: Page, charges: readonly ModelCharges[]): void {
  const each = (value: (of: ModelCharges) => number): Sample[] =>
    charges.map((of) => ({ labels: { model: of.model }, value: value(of) }))
  page.counter(
    'hemline_charges_total',
    'Answers that were charged.',
    each((of) => of.requests),
  )
  page.counter(
    'hemline_charged_nano_usd_total',
    'What they cost, exactly.',
    each((of) => of.cost_nano_usd),
  )
  page.counter(
    'hemline_charged_usd_total',
    'What they cost.',
    each((of) => of.cost_nano_usd / 1e9),
  )
  page.counter('hemline_tokens_total', 'Tokens that were charged.', charges.flatMap(tokensOf))
}

function addProcess(page: Page, { health, nodeVersion, rssBytes }: Readings): void {
  page.gauge('hemline_heartbeat_timestamp_seconds', 'When the daemon last came around.', [
    { value: Date.parse(health.heartbeat_at) / 1000 },
  ])
  if (health.last_tick) {
    const value = Date.parse(health.last_tick.at) / 1000
    page.gauge('hemline_last_tick_timestamp_seconds', 'When the last tick was.', [{ value }])
  }
  page.gauge('hemline_build_info', 'Always 1.', [
    { value: 1, labels: { version: health.version, node: nodeVersion } },
  ])
  page.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', [{ value: rssBytes }])
  page.gauge('process_start_time_seconds', 'Start time of the process since the epoch in seconds.', [
    { value: Date.parse(health.started_at) / 1000 },
  ])
}

function byState(counts: Record<string, number>): Sample[] {
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }))
}

/** Cached tokens are among the input, reasoning tokens among the output, as the provider counts them. */
function tokensOf({ model, ...of }: ModelCharges): Sample[] {
  return [
    { labels: { model, kind: 'input' }, value: of.input_tokens },
    { labels: { model, kind: 'cached_input' }, value: of.cached_tokens },
    { labels: { model, kind: 'output' }, value: of.output_tokens },
    { labels: { model, kind: 'reasoning' }, value: of.reasoning_tokens },
  ]
}

/** A registry of one scrape's own: nothing is kept between two. */
class Page {
  readonly #registry = new Registry()

  gauge(name: string, help: string, samples: readonly Sample[]): void {
    const gauge = new Gauge({ ...this.#describe(name, help, samples) })
    for (const { labels = {}, value } of samples) gauge.set(labels, value)
  }

  counter(name: string, help: string, samples: readonly Sample[]): void {
    const counter = new Counter({ ...this.#describe(name, help, samples) })
    for (const { labels = {}, value } of samples) counter.inc(labels, value)
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #describe(name: string, help: string, samples: readonly Sample[]) {
    return {
      name,
      help,
      labelNames: Object.keys(samples[0]?.labels ?? {}),
      registers: [this.#registry],
    }
  }
}
