// A scrape of /metrics over a home with many requests, charges and images.
import process from 'node:process'
import { systemClock } from '../../dist/pipeline/clock.js'
import { takeHealth } from '../../dist/scheduler/watch/health.js'
import { startWatchServer } from '../../dist/scheduler/watch/watch-server.js'
import { fillHome, openWorld } from './made-home.mjs'

const SCRAPES = 21

export const stage = {
  unit: 'requests',
  goal: { ms: 250 },
  sizes: { usual: [100_000, 1_000_000], full: [100_000, 1_000_000] },
  ways: ['ours'],
}

export async function prepare({ folder, size }) {
  const { db } = await openWorld(folder)
  fillHome(folder, size)
  await db.destroy()
}

export async function ours({ folder, report }) {
  const { db } = await openWorld(folder)
  const now = systemClock.now()
  const pulse = { pid: process.pid, host: 'bench', startedAt: now, heartbeatAt: now, lastTick: null }
  const health = () => takeHealth(db, { ...pulse, isStopping: false }, systemClock.now())
  const server = await startWatchServer({
    port: 0,
    db,
    health,
    clock: systemClock,
    onWake() {},
    warn: console.warn,
  })
  const times = []
  for (let scrape = 0; scrape < SCRAPES; scrape++) {
    const began = performance.now()
    await (await fetch(`${server.url}/metrics`)).text()
    times.push(performance.now() - began)
  }
  report({ ms: times.toSorted((a, b) => a - b)[SCRAPES >> 1] })
  await server.close()
  await db.destroy()
}
