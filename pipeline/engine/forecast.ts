import type { Graph } from './graph.js'
import { type Records, because, statusOf } from './staleness.js'

/** What a run would do with an asset: make it, perhaps make it (once what is above it came out different), or leave it. */
export type Forecast = {
  asset: string
  verdict: 'source' | 'runs' | 'may_run' | 'up_to_date'
  because: string
}

/**
 * What a run over these assets would do, as far as it can be told before. Pure. What an asset above comes out as is not known
 * before it was made: where it comes out as it was, nothing below it runs.
 *
 * @param keys  the selected assets.
 * @param pending  what assets say is left to do, by key.
 */
export function forecast<R>(
  graph: Graph<R>,
  keys: readonly string[],
  records: Records,
  pending: ReadonlyMap<string, string>,
): Forecast[] {
  const selected = new Set(keys)
  const moving = new Set<string>()
  return graph.nodes
    .filter(({ key }) => selected.has(key))
    .map((node): Forecast => {
      const status = statusOf(node, records, pending.get(node.key))
      if (node.kind === 'source') {
        const seen = status.kind === 'missing' ? 'not looked at yet' : 'looked at by every run that needs it'
        return { asset: node.key, verdict: 'source', because: seen }
      }
      const above = graph.inputsOf(node.key).find((key) => moving.has(key))
      if (status.kind !== 'fresh') {
        moving.add(node.key)
        return { asset: node.key, verdict: 'runs', because: because(status) }
      }
      if (above === undefined) return { asset: node.key, verdict: 'up_to_date', because: '' }
      moving.add(node.key)
      return { asset: node.key, verdict: 'may_run', because: `if "${above}" comes out different` }
    })
}
