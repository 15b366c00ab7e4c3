import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchRecord, findBatches } from '../../../data/records/batches.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import type { World } from './world.js'

/** Submits a part of so many requests and polls until its batch is over. */
export async function endedBatch(world: World, requests: number): Promise<BatchRecord> {
  const parts = await world.buildParts(requests)
  await submitPart(parts.at(-1)!, world.context)
  return whenEnded(world)
}

/** Polls until a batch is over. */
export async function whenEnded(world: World): Promise<BatchRecord> {
  for (let tries = 0; tries < 200; tries++) {
    await pollOpenBatches(0, world.context)
    const [ended] = await findBatches(world.db, ['ended'])
    if (ended) return ended
    await sleep(25)
  }
  throw new Error('the batch did not end')
}
