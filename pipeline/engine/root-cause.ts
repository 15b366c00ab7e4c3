import type { Db } from '../../data/database.js'
import { listMaterializations } from '../../data/records/materializations.js'
import { listObservations } from '../../data/records/observations.js'
import type { Metadata } from './asset.js'
import type { Graph } from './graph.js'
import { type Status, sentence } from './staleness.js'

/** How far back the records are searched for the version that an asset was made from. */
const MAX_VERSIONS = 100

/** One of the versions that a node had. */
export type PastVersion = {
  dataVersion: string
  /** Why it was made; of a source, what changed then. */
  because: string
  /** Of assets. */
  codeVersion?: string
  inputVersions?: Record<string, string>
}

/** The versions of each node, newest first. */
export type History = ReadonlyMap<string, readonly PastVersion[]>

/** Where a cause began: the keys from the asset up to there, and what happened there. */
export type RootCause = { chain: string[]; because: string }

/** `rootCauses` from the records: what a person wants to read when an asset is out of date. */
export async function findRootCauses<R>(
  db: Db,
  graph: Graph<R>,
  key: string,
  status: Status,
): Promise<RootCause[]> {
  if (status.kind !== 'stale') return []
  const history = new Map<string, readonly PastVersion[]>()
  for (const above of graph.upstreamOf([key])) {
    history.set(above, await pastVersions(db, graph, above))
  }
  return rootCauses(graph, key, status, history)
}

/**
 * Follows each cause of a stale asset to where it began: an input changed because one of its inputs had changed, up to a
 * source, a code version, or work that no version shows. Pure. The nearest come first; a node above it is told of once,
 * along the shortest way; a version that the history does not reach ends its chain. Empty unless the status is stale.
 */
export function rootCauses<R>(graph: Graph<R>, key: string, status: Status, history: History): RootCause[] {
  if (status.kind !== 'stale') return []
  const roots: RootCause[] = []
  const changed: { chain: string[]; from: string }[] = []
  for (const cause of status.causes) {
    if (cause.kind === 'data') changed.push({ chain: [key, cause.input], from: cause.from })
    else roots.push({ chain: [key], because: sentence(cause) })
  }
  const seen = new Set<string>()
  for (const { chain, from } of changed) {
    const input = chain.at(-1)!
    if (seen.has(input)) continue
    seen.add(input)
    const step = whyItChanged(graph.get(input).kind, from, history.get(input) ?? [])
    roots.push(...step.reasons.map((reason) => ({ chain, because: reason })))
    changed.push(...step.inputs.map((above) => ({ chain: [...chain, above.key], from: above.from })))
  }
  return roots
}

/** What happened to a node since a version: reasons of its own, and inputs that had changed, with what they were. */
function whyItChanged(
  kind: 'source' | 'asset',
  from: string,
  versions: readonly PastVersion[],
): { reasons: string[]; inputs: { key: string; from: string }[] } {
  const since = versions.findIndex(({ dataVersion }) => dataVersion === from)
  const newest = versions[0]
  if (since <= 0 || !newest) return { reasons: ['changed'], inputs: [] }
  if (kind === 'source') {
    const changes = versions.slice(0, since).map((version) => version.because)
    return { reasons: [changes.reverse().join(', then ')], inputs: [] }
  }
  const before = versions[since]!
  const reasons: string[] = []
  if (before.codeVersion !== newest.codeVersion) {
    reasons.push(`code version went from ${before.codeVersion} to ${newest.codeVersion}`)
  }
  const old = new Map(Object.entries(before.inputVersions ?? {}))
  const now = new Map(Object.entries(newest.inputVersions ?? {}))
  const added = [...now.keys()].filter((input) => !old.has(input))
  const removed = [...old.keys()].filter((input) => !now.has(input))
  if (added.length + removed.length > 0) reasons.push(sentence({ kind: 'dependencies', added, removed }))
  const inputs = [...old]
    .filter(([input, version]) => now.has(input) && now.get(input) !== version)
    .map(([input, version]) => ({ key: input, from: version }))
  if (reasons.length + inputs.length === 0) reasons.push(newest.because)
  return { reasons, inputs }
}

async function pastVersions<R>(db: Db, graph: Graph<R>, key: string): Promise<PastVersion[]> {
  if (graph.get(key).kind === 'source') {
    const observations = await listObservations(db, key, MAX_VERSIONS)
    return observations.map((row) => ({
      dataVersion: row.data_version,
      because: String((JSON.parse(row.metadata) as Metadata)['change'] || 'changed'),
    }))
  }
  const materializations = await listMaterializations(db, key, MAX_VERSIONS)
  return materializations.map((row) => ({
    dataVersion: row.data_version,
    because: row.because,
    codeVersion: row.code_version,
    inputVersions: JSON.parse(row.input_versions) as Record<string, string>,
  }))
}
