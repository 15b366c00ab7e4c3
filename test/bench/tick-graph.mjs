// One decision of the clock over a graph that is larger than ours: every asset is stale, and reads two others.
import { planTick } from '../../dist/scheduler/daemon/plan-tick.js'
import { automationSchema } from '../../dist/scheduler/daemon/automation.js'

const TICKS = 9
const CHAIN = 100

export const stage = {
  unit: 'assets',
  goal: { ms: 100 },
  sizes: { usual: [1_000, 10_000], full: [1_000, 10_000] },
  ways: ['ours'],
}

export function prepare() {}

export function ours({ size, report }) {
  const keyOf = (index) => `asset_${index}`
  const nodes = Array.from({ length: size }, (_, index) => ({
    ...{ key: keyOf(index), kind: 'asset', status: 'stale', because: 'input changed', trouble: undefined },
    inputs: index % CHAIN === 0 ? [] : [keyOf(index - 1), ...(index % CHAIN > 1 ? [keyOf(index - 2)] : [])],
    leftOverSince: undefined,
  }))
  const policies = new Map(nodes.map(({ key }) => [key, { kind: 'input_changed' }]))
  const input = {
    ...{ now: new Date(), nodes, schedules: new Map(), queued: undefined, waiting: undefined },
    automation: { ...automationSchema.parse({}), policies },
    cut: { asset: keyOf(size - 1), backlog: { requests: 0, retries: 0, oldestAt: null } },
  }
  const times = []
  for (let tick = 0; tick < TICKS; tick++) {
    const began = performance.now()
    planTick(input)
    times.push(performance.now() - began)
  }
  report({ ms: times.toSorted((a, b) => a - b)[TICKS >> 1] })
}
