import { recordObservation } from '../../data/records/observations.js'
import type { Source } from './asset.js'
import { checkVersion } from './check-outcome.js'
import type { MaterializeOptions } from './materialize-options.js'
import { failureOf } from './run-life.js'
import type { StepResult } from './step.js'

type ObserveOptions<R> = Pick<MaterializeOptions<R>, 'graph' | 'resources' | 'clock' | 'signal' | 'onEvent'>

/**
 * Looks at every source that is selected or above what is selected, and records what it saw. The caller holds the
 * executor's lease.
 *
 * @returns  the sources that could not be looked at; empty when all went well.
 */
export async function observeSources<R>(
  keys: readonly string[],
  options: ObserveOptions<R>,
): Promise<StepResult[]> {
  const { graph, signal, onEvent } = options
  const above = graph.upstreamOf(keys)
  const failed: StepResult[] = []
  for (const node of graph.nodes) {
    if (node.kind !== 'source' || !above.has(node.key)) continue
    signal.throwIfAborted()
    try {
      await observeSource(node, options)
    } catch (error) {
      if (signal.aborted) throw error
      onEvent({ kind: 'source.failed', asset: node.key, error })
      failed.push({ asset: node.key, state: 'failed', because: failureOf(error).message, error })
    }
  }
  return failed
}

async function observeSource<R>(source: Source<R>, options: ObserveOptions<R>): Promise<void> {
  const { resources, clock, signal, onEvent } = options
  const { key } = source
  const observed = await source.observe({ ...resources, clock, signal })
  const { dataVersion, metadata, metadataJson } = checkVersion(key, observed)
  const look = { sourceKey: key, dataVersion, metadata: metadataJson }
  const isNew = await recordObservation(resources.db, look, clock.now())
  onEvent({ kind: 'source.observed', asset: key, isNew, metadata })
}
