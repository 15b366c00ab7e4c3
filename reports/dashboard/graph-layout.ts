import { Graph, layout } from '@dagrejs/dagre'
import type { AssetRow } from '../dashboard-wire.js'

const NODE_HEIGHT = 138
const WIDEST_NODE = 200
/** Narrower, its words are cut off; then the graph is scrolled. */
const NARROWEST_NODE = 160
const MARGIN = 4
const ROW_GAP = 28
const NARROWEST_GAP = 28
const WIDEST_GAP = 72

export type Placed = { asset: AssetRow; x: number; y: number }
export type Edge = { from: string; to: string; path: string }
/** In pixels; every node has the same size. */
export type Size = { width: number; height: number }
export type Layout = Size & { nodes: Placed[]; edges: Edge[]; node: Size }

/** Places the assets from left to right, inputs first, as wide and as far apart as the room allows. */
export function placeGraph(assets: readonly AssetRow[], roomPx: number): Layout {
  const ranks = rankCount(assets)
  const room = roomPx - 2 * MARGIN
  const nodeWidth = within(NARROWEST_NODE, (room - (ranks - 1) * NARROWEST_GAP) / ranks, WIDEST_NODE)
  const node = { width: nodeWidth, height: NODE_HEIGHT }
  const gap = ranks > 1 ? within(NARROWEST_GAP, (room - ranks * nodeWidth) / (ranks - 1), WIDEST_GAP) : 0
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', ranksep: gap, nodesep: ROW_GAP, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { asset } of assets) graph.setNode(asset, { ...node })
  for (const { asset, needs } of assets) for (const need of needs) graph.setEdge(need, asset)
  layout(graph)
  const nodes = assets.map((asset) => {
    const { x, y } = graph.node(asset.asset) as { x: number; y: number }
    return { asset, x: x - node.width / 2, y: y - node.height / 2 }
  })
  const placeOf = new Map(nodes.map((node) => [node.asset.asset, node]))
  const edges = graph.edges().map(({ v, w }) => {
    const { points } = graph.edge(v, w) as { points: Point[] }
    const [from, to] = [placeOf.get(v)!, placeOf.get(w)!]
    const start = { x: from.x + node.width, y: from.y + node.height / 2 }
    const end = { x: to.x, y: to.y + node.height / 2 }
    // Long ones keep the way that was found for them past the nodes between, level as long as one of those is near.
    const between = points.slice(1, -1).filter(({ x }) => x > start.x + gap && x < end.x - gap)
    const level = between.flatMap(({ x, y }) => [
      { x: x - node.width / 2, y },
      { x: x + node.width / 2, y },
    ])
    return { from: v, to: w, path: curve([start, ...level, end]) }
  })
  const { width, height } = graph.graph() as { width: number; height: number }
  return { nodes, edges, node, width, height }
}

function within(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(value)))
}

type Point = { x: number; y: number }

/** Through the points, leaving and arriving level. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points as [Point, ...Point[]]
  let path = `M${first.x},${first.y}`
  let from = first
  for (const to of rest) {
    const middle = (from.x + to.x) / 2
    path += `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`
    from = to
  }
  return path
}

function rankCount(assets: readonly AssetRow[]): number {
  const ranks = new Map<string, number>()
  for (const { asset, needs } of assets) {
    ranks.set(asset, 1 + Math.max(0, ...needs.map((need) => ranks.get(need) ?? 0)))
  }
  return Math.max(0, ...ranks.values())
}
