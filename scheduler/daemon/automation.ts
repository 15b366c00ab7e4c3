import * as z from 'zod'
import { HemlineError } from '../../pipeline/errors.js'
import type { Graph } from '../../pipeline/engine/graph.js'
import { select } from '../../pipeline/engine/selection.js'
import { type Schedule, checkSchedule } from './cron-times.js'

const policySchema = z.union([
  z.enum(['input_changed', 'on_missing', 'never']),
  z.strictObject({ cron: z.string(), time_zone: z.string().optional() }),
])

/** The `automation` section of a home's config: when the daemon makes what. Everything has a default. */
export const automationSchema = z.strictObject({
  /** By asset key: `input_changed` (whenever it is out of date), `on_missing` (once), `never`, or a cron pattern. */
  assets: z.record(z.string(), policySchema).default({}),
  /** What of the fire times that passed while no daemon ran is made up for. */
  catch_up: z.enum(['none', 'last', 'all']).default('last'),
  /** With `all`: at most so many. */
  catch_up_runs: z.int().min(1).max(1_000).default(10),
  /** A batch is cut when so many requests wait, */
  cut_requests: z.int().min(1).max(1_000_000).default(100),
  /** or when the oldest of them has waited for so long. */
  cut_hours: z
    .number()
    .min(0)
    .max(24 * 30)
    .default(6),
  /** Time between two polls of a batch. */
  poll_seconds: z.number().min(0.01).max(3_600).optional(),
})

export type AutomationConfig = z.infer<typeof automationSchema>

/** When an asset is made, or a source looked at, by the clock. */
export type Policy =
  | { kind: 'input_changed' }
  | { kind: 'on_missing' }
  | { kind: 'never' }
  | ({ kind: 'cron' } & Schedule)

export type Automation = Omit<AutomationConfig, 'assets'> & { policies: ReadonlyMap<string, Policy> }

/** Walking a folder is cheap, but not free; a recipe is a row. */
const SOURCE_CRON = '*/15 * * * *'

/**
 * The policy of every node of a graph, from what the config names and the defaults: assets when an input changed,
 * sources every quarter of an hour.
 *
 * @throws HemlineError `unknown_asset` with the nearest key, `bad_config` for a pattern or time zone that does not exist, or
 *   a policy that a source cannot have.
 */
export function settleAutomation<R>(
  graph: Graph<R>,
  { assets, ...rest }: AutomationConfig,
  localTimeZone: string,
): Automation {
  for (const key of Object.keys(assets)) if (!graph.has(key)) select(graph, [key])
  const policies = new Map<string, Policy>()
  for (const { key, kind } of graph.nodes) {
    const named = assets[key] ?? (kind === 'source' ? { cron: SOURCE_CRON } : 'input_changed')
    if (kind === 'source' && named !== 'never' && typeof named === 'string')
      throw sourceIsObserved(key, named)
    if (typeof named === 'string') {
      policies.set(key, { kind: named })
      continue
    }
    const schedule = { cron: named.cron, timeZone: named.time_zone ?? localTimeZone }
    checkSchedule(schedule, `automation of "${key}"`)
    policies.set(key, { kind: 'cron', ...schedule })
  }
  return { ...rest, policies }
}

function sourceIsObserved(key: string, policy: string): HemlineError {
  return new HemlineError({
    code: 'bad_config',
    message: `automation of "${key}": it is a source, which is looked at, so its policy cannot be "${policy}"`,
    hint: 'Give it a cron pattern, such as { "cron": "*/15 * * * *" }, or "never".',
  })
}
