import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { deleteUnwantedRequests, listRequests } from '../../../data/records/requests.js'
import { cancelBatch } from '../../../pipeline/batch/cancel.js'
import { collectBatch } from '../../../pipeline/batch/collect.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { rejection } from '../../rejection.js'
import { Gate } from '../provider/local-server/gate.js'
import { answerTo } from '../provider/local-server/world.js'
import { plainRules } from './answer-rules.js'
import { endedBatch, whenEnded } from './ended-batch.js'
import { type World, makeWorld } from './world.js'

const cancelling = suite('cancelling a batch')

const isCancel = (call: string): boolean => call.endsWith('/cancel')

async function idOf(world: World): Promise<string> {
  return (await findBatches(world.db, ['open']))[0]!.provider_batch_id!
}

async function submitted(world: World, requests: number): Promise<string> {
  const [part] = await world.buildParts(requests)
  await submitPart(part!, world.context)
  return idOf(world)
}

cancelling('takes in what was answered; the rest is pending, however often it is cancelled', async () => {
  const gate = new Gate()
  let isFirst = true
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request) => {
      if (isFirst) isFirst = false
      else await gate.passed()
      return answerTo(request)
    },
  })
  const id = await submitted(world, 4)
  await world.db.updateTable('requests').set({ attempts: 3 }).execute()
  while (gate.arrivals === 0) await new Promise((next) => setImmediate(next))
  assert.is((await cancelBatch(id, world.context)).status, 'cancelling')
  assert.is((await cancelBatch(id, world.context)).status, 'cancelling')
  gate.open()
  const tally = await collectBatch(await whenEnded(world), plainRules, world.context)
  assert.equal([tally.answered, tally.cancelled], [2, 2])
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.equal(
    requests.map(({ state, attempts, reason }) => [state, attempts, reason]),
    [
      ['answered', 3, null],
      ['answered', 3, null],
      ['pending', 2, 'batch_cancelled'],
      ['pending', 2, 'batch_cancelled'],
    ],
  )
})

cancelling('keeps the requests of it on record, also when no image asks for them any more', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const id = await submitted(world, 2)
  while (gate.arrivals === 0) await new Promise((next) => setImmediate(next))
  await cancelBatch(id, world.context)
  gate.open()
  await collectBatch(await whenEnded(world), plainRules, world.context)
  // Two that were never sent may go.
  await world.buildParts(2)
  await world.db
    .updateTable('requests')
    .set({ state: 'pending', part_id: null, attempts: 0 })
    .where('id', '>', 2)
    .execute()
  assert.is(await deleteUnwantedRequests(world.db), 2)
  const left = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.equal(
    left.map(({ state, attempts }) => [state, attempts]),
    [
      ['answered', 1],
      ['pending', 0],
    ],
  )
})

cancelling('looks when the answer to the cancellation is lost', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const id = await submitted(world, 2)
  world.proxy.decide = (call) => (isCancel(call) ? 'lose_answer' : 'pass')
  assert.match((await cancelBatch(id, world.context)).status!, /^cancell/)
  gate.open()
})

cancelling('says so when there is nothing to cancel, or nobody knows it', async () => {
  await using world = await makeWorld()
  const ended = await endedBatch(world, 1)
  const codeOf = async (id: string) =>
    ((await rejection(cancelBatch(id, world.context))) as HemlineError).code
  assert.is(await codeOf(ended.provider_batch_id!), 'batch_is_over')
  await world.db.updateTable('batches').set({ state: 'open' }).execute()
  assert.is(await codeOf(ended.provider_batch_id!), 'batch_is_over')
  assert.is(world.proxy.calls.filter(isCancel).length, 1)
  world.proxy.decide = (call) => (isCancel(call) ? 'refuse' : 'pass')
  assert.is(await codeOf(ended.provider_batch_id!), 'provider_not_found')
  assert.is(await codeOf('batch_of_nobody'), 'no_such_batch')
})

cancelling.run()
