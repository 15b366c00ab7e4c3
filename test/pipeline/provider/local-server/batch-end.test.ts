import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertResultLines } from './contract.js'
import { Gate } from './gate.js'
import { StoppedClock } from './stopped-clock.js'
import { answerTo, batchWhen, makeWorld, refusal, submit, tasks, textOf, until } from './world.js'
import { idsIn, textIn } from './result-ids.js'

const HOUR_MS = 3_600_000

const ending = suite('how a batch ends early')

ending('is cancelled with what was finished, once the lines in flight are', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    concurrency: 2,
    respond: async (request) => {
      if (textIn(request) !== 'text 0') await gate.passed()
      return answerTo(request)
    },
  })
  const { client } = world
  const { id } = await submit(client, tasks(10))
  await until(() => gate.arrivals === 2)
  const cancelling = await client.batches.cancel(id)
  assert.is(cancelling.status, 'cancelling')
  assert.is((await client.batches.cancel(id)).status, 'cancelling')
  gate.open()
  const batch = await batchWhen(client, id, 'cancelled')
  assert.equal(batch.request_counts, { total: 10, completed: 3, failed: 0 })
  assert.is(batch.usage?.total_tokens, 36)
  assert.type(batch.cancelling_at, 'number')
  assert.equal(idsIn(await textOf(client, batch.output_file_id)), ['line-0', 'line-1', 'line-2'])
  const rest = assertResultLines(await textOf(client, batch.error_file_id))
  assert.is(rest.length, 7)
  for (const line of rest) {
    assert.is(line['response'], null)
    assert.is((line['error'] as { code: string }).code, 'batch_cancelled')
  }
  assert.is((await refusal(client.batches.cancel(id))).status, 409)
})

ending('is cancelled at once while it waits behind another batch', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const { client } = world
  const first = await submit(client, tasks(1))
  await until(() => gate.arrivals === 1)
  const waiting = await submit(client, tasks(3))
  await batchWhen(client, waiting.id, 'in_progress')
  await client.batches.cancel(waiting.id)
  const cancelled = await batchWhen(client, waiting.id, 'cancelled')
  assert.equal(cancelled.request_counts, { total: 3, completed: 0, failed: 0 })
  assert.is(cancelled.output_file_id, null)
  gate.open()
  await batchWhen(client, first.id, 'completed')
  assert.is(gate.arrivals, 1)
})

ending('cannot be cancelled when it is over', async () => {
  await using world = await makeWorld()
  const { client } = world
  const { id } = await submit(client, tasks(1))
  await batchWhen(client, id, 'completed')
  const error = await refusal(client.batches.cancel(id))
  assert.is(error.status, 409)
  assert.match(error.message, "Cannot cancel a batch with status 'completed'.")
})

ending('expires after 24 hours with what was finished', async () => {
  const clock = new StoppedClock()
  const gate = new Gate()
  await using world = await makeWorld({
    clock,
    concurrency: 1,
    respond: async (request) => {
      if (textIn(request) === 'text 2') await gate.passed()
      return answerTo(request)
    },
  })
  const { client } = world
  const { id, created_at, expires_at } = await submit(client, tasks(5))
  assert.is(created_at, clock.now().getTime() / 1000)
  assert.is(expires_at, created_at + 86_400)
  await until(() => gate.arrivals === 1)
  clock.advance(24 * HOUR_MS - 1)
  assert.is((await client.batches.retrieve(id)).status, 'in_progress')
  clock.advance(1)
  gate.open()
  const batch = await batchWhen(client, id, 'expired')
  assert.is(batch.expired_at, created_at + 86_400)
  assert.equal(batch.request_counts, { total: 5, completed: 3, failed: 0 })
  assert.equal(idsIn(await textOf(client, batch.output_file_id)), ['line-0', 'line-1', 'line-2'])
  const rest = assertResultLines(await textOf(client, batch.error_file_id))
  assert.equal(
    rest.map(({ custom_id, error }) => [custom_id, (error as { code: string }).code]),
    [
      ['line-3', 'batch_expired'],
      ['line-4', 'batch_expired'],
    ],
  )
})

ending('expires while it waits behind another batch', async () => {
  const clock = new StoppedClock()
  const gate = new Gate()
  await using world = await makeWorld({
    clock,
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const { client } = world
  await submit(client, tasks(1))
  await until(() => gate.arrivals === 1)
  const waiting = await submit(client, tasks(2))
  await until(() => clock.hasSleeperIn(24 * HOUR_MS))
  await batchWhen(client, waiting.id, 'in_progress')
  clock.advance(24 * HOUR_MS)
  const expired = await batchWhen(client, waiting.id, 'expired')
  assert.equal(expired.request_counts, { total: 2, completed: 0, failed: 0 })
  gate.open()
})

ending('completes when the last line was answered after 24 hours', async () => {
  const clock = new StoppedClock()
  const gate = new Gate()
  await using world = await makeWorld({
    clock,
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(2))
  await until(() => gate.arrivals === 2)
  clock.advance(25 * HOUR_MS)
  gate.open()
  const batch = await batchWhen(world.client, id, 'completed')
  assert.is(batch.request_counts?.completed, 2)
})

ending.run()
