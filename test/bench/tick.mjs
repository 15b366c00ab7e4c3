// One tick of the daemon over the real graph, in a home with many requests.
import { fashionGraph } from '../../dist/assets/list.js'
import { automationSchema, settleAutomation } from '../../dist/scheduler/daemon/automation.js'
import { loadTick } from '../../dist/scheduler/daemon/load-tick.js'
import { planTick } from '../../dist/scheduler/daemon/plan-tick.js'
import { openWorld } from './made-home.mjs'
import { prepare } from './status.mjs'

const TICKS = 20

export const stage = {
  unit: 'requests',
  goal: { ms: 20, flat: 'flat' },
  sizes: { usual: [100_000, 1_000_000], full: [100_000, 1_000_000] },
  ways: ['ours'],
}

export { prepare }

export async function ours({ folder, report }) {
  const { db } = await openWorld(folder)
  const automation = settleAutomation(fashionGraph, automationSchema.parse({}), 'UTC')
  const times = []
  for (let tick = 0; tick < TICKS; tick++) {
    const began = performance.now()
    planTick(await loadTick(db, automation, new Date()))
    times.push(performance.now() - began)
  }
  report({ ms: times.toSorted((a, b) => a - b)[TICKS >> 1] })
  await db.destroy()
}
