import type { Asset, Metadata, Node } from './asset.js'
import type { Graph } from './graph.js'

/** What is on record of a node: the last time that it was made, or looked at. */
export type Recorded = {
  dataVersion: string
  metadata: Metadata
  at: string
  /** Of sources: the version seen before, which a `change` in the metadata is relative to. */
  previousVersion?: string
  /** Of assets. */
  codeVersion?: string
  inputVersions?: Record<string, string>
  /** Of assets: how a step after it left off without making anything, as a sentence. */
  unfinished?: string
}

/** The records of a graph by key; a node without one was never made or looked at. */
export type Records = ReadonlyMap<string, Recorded>

/** One reason why an asset is out of date. */
export type Cause =
  | { kind: 'code'; from: string; to: string }
  | { kind: 'dependencies'; added: string[]; removed: string[] }
  | { kind: 'data'; input: string; from: string; to: string; change: string | undefined }
  | { kind: 'pending'; because: string }

export type Status = { kind: 'missing' } | { kind: 'stale'; causes: Cause[] } | { kind: 'fresh' }

/**
 * Whether an asset is up to date with the records of its inputs. Pure. Staleness does not spread by itself: an asset
 * below a stale one stays fresh until the stale one was made again, and then only if its data version changed.
 *
 * A step that left off without making anything makes its asset stale: it may have done part of its work, and what it did
 * shows in no version until it ends. A source is `missing` until it was looked at once, then `fresh`.
 *
 * @param pending  what the asset itself says is left to do, if anything.
 */
export function statusOf<R>(node: Node<R>, records: Records, pending?: string): Status {
  const recorded = records.get(node.key)
  if (!recorded) return { kind: 'missing' }
  if (node.kind === 'source') return { kind: 'fresh' }
  const causes = [
    ...codeCauses(node, recorded),
    ...inputCauses(node, recorded, records),
    ...pendingCauses(pending),
    ...pendingCauses(recorded.unfinished),
  ]
  return causes.length === 0 ? { kind: 'fresh' } : { kind: 'stale', causes }
}

/** A cause as a sentence without its full stop. */
export function sentence(cause: Cause): string {
  switch (cause.kind) {
    case 'code':
      return `code version went from ${cause.from} to ${cause.to}`
    case 'dependencies':
      return [
        ...cause.added.map((key) => `input "${key}" was added`),
        ...cause.removed.map((key) => `input "${key}" was removed`),
      ].join(', ')
    case 'data':
      return `input "${cause.input}" changed${cause.change ? `: ${cause.change}` : ''}`
    case 'pending':
      return cause.because
  }
}

/** All causes of a status as one sentence; `never made`, `up to date`. */
export function because(status: Status): string {
  if (status.kind === 'missing') return 'never made'
  return status.kind === 'fresh' ? 'up to date' : status.causes.map(sentence).join('; ')
}

/** A node's status, and which nodes above it are themselves out of date: it is they that must be made first. */
export type Explanation = { key: string; status: Status; behind: { key: string; status: Status }[] }

/** @param pending  what assets say is left to do, by key. */
export function explain<R>(
  graph: Graph<R>,
  key: string,
  records: Records,
  pending: ReadonlyMap<string, string>,
): Explanation {
  const above = graph.upstreamOf([key])
  const statuses = graph.nodes
    .filter((node) => above.has(node.key))
    .map((node) => ({ key: node.key, status: statusOf(node, records, pending.get(node.key)) }))
  const status = statuses.find((each) => each.key === key)!.status
  return { key, status, behind: statuses.filter((each) => each.key !== key && each.status.kind !== 'fresh') }
}

function codeCauses<R>(asset: Asset<R>, recorded: Recorded): Cause[] {
  const from = recorded.codeVersion ?? ''
  return from === asset.codeVersion ? [] : [{ kind: 'code', from, to: asset.codeVersion }]
}

function inputCauses<R>(asset: Asset<R>, recorded: Recorded, records: Records): Cause[] {
  const before = recorded.inputVersions ?? {}
  const needed = Object.values(asset.needs).map(({ key }) => key)
  const added = needed.filter((key) => !Object.hasOwn(before, key))
  const removed = Object.keys(before).filter((key) => !needed.includes(key))
  const causes: Cause[] = added.length + removed.length > 0 ? [{ kind: 'dependencies', added, removed }] : []
  for (const input of needed) {
    if (added.includes(input)) continue
    const from = before[input]!
    const now = records.get(input)
    if (now === undefined || now.dataVersion === from) continue
    causes.push({ kind: 'data', input, from, to: now.dataVersion, change: changeSince(from, now) })
  }
  return causes
}

/** Of sources only. Their `change` tells of the last change; what came before it is not known here. */
function changeSince(from: string, { previousVersion, metadata }: Recorded): string | undefined {
  const { change } = metadata
  if (previousVersion === undefined || typeof change !== 'string' || change === '') return undefined
  return previousVersion === from ? change : `more than once, the last time ${change}`
}

function pendingCauses(because: string | undefined): Cause[] {
  return because === undefined ? [] : [{ kind: 'pending', because }]
}
