import process from 'node:process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { simulate } from './simulation.js'

const simulation = suite('simulated weeks of a daemon')

/** One seed, `SIMULATION_SEED=42`, or many, `SIMULATION_SEEDS=5000`. */
const only = process.env['SIMULATION_SEED']
const count = Number(process.env['SIMULATION_SEEDS'] ?? 100)
const seeds = only === undefined ? Array.from({ length: count }, (_, index) => index + 1) : [Number(only)]

simulation('come out right, whatever is lost, killed, late or moved', async () => {
  const failures: string[] = []
  let [lives, batches, days] = [0, 0, 0]
  for (const seed of seeds) {
    try {
      const run = await simulate(seed)
      lives += run.lives
      batches += run.batches
      days += run.days
    } catch (error) {
      failures.push(`SIMULATION_SEED=${seed}: ${(error as Error).stack}`)
    }
  }
  console.log(`${seeds.length} seeds: ${Math.round(days)} days, ${lives} processes, ${batches} batches`)
  assert.equal(failures, [])
})

simulation.run()
