import { writeSync } from 'node:fs'
import process from 'node:process'
import { openDatabase } from '../../../data/database.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { materialize } from '../../../pipeline/engine/materialize.js'
import { crashBakery } from './crash-bakery.js'
import { TestClock } from './test-clock.js'

const [databasePath, stockPath, killPoint] = process.argv.slice(2)

/** Stops for good at the point that was asked for, so that whoever waits for the line can kill it right there. */
function at(point: string): void {
  if (point !== killPoint) return
  writeSync(1, 'here\n')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const db = await openDatabase(databasePath!)
await materialize({
  graph: defineGraph(crashBakery(stockPath!, at)),
  selection: [],
  resources: { db, made: [] },
  clock: new TestClock(() => at('asleep')),
  signal: new AbortController().signal,
  isForced: false,
  waits: true,
  observes: true,
  trigger: 'person',
  onEvent: (event) => at('asset' in event ? `${event.kind} ${event.asset}` : event.kind),
})
await db.destroy()
