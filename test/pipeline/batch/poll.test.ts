import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { findParts } from '../../../data/records/parts.js'
import { listRequests } from '../../../data/records/requests.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { rejection } from '../../rejection.js'
import { type World, makeWorld } from './world.js'

const polling = suite('polling open batches')

const isPoll = (call: string): boolean => call.startsWith('GET /v1/batches/batch_')

async function submitted(world: World, requests = 2) {
  const [part] = await world.buildParts(requests)
  await submitPart(part!, world.context)
  return part!
}

function polls(world: World): number {
  return world.proxy.calls.filter(isPoll).length
}

/** Makes every poll answer as if the provider had rejected the batch. */
function rejectWith(world: World, code: string, message: string): void {
  world.proxy.alter = (call) =>
    isPoll(call)
      ? (batch) => ({
          ...batch,
          status: 'failed',
          errors: { object: 'list', data: [{ code, message, line: null, param: null }] },
        })
      : undefined
}

polling(
  'polls a batch when its interval has passed, not before, and at once for a shorter interval',
  async () => {
    await using world = await makeWorld()
    await submitted(world)
    world.proxy.alter = (call) =>
      isPoll(call) ? (batch) => ({ ...batch, status: 'in_progress' }) : undefined
    world.advance(60_000)
    await pollOpenBatches(30_000, world.context)
    assert.is(polls(world), 1)
    world.advance(20_000)
    await pollOpenBatches(30_000, world.context)
    assert.is(polls(world), 1)
    await pollOpenBatches(5_000, world.context)
    assert.is(polls(world), 2)
    world.advance(30_000)
    await pollOpenBatches(30_000, world.context)
    assert.is(polls(world), 3)
  },
)

polling('polls a young batch sooner, after half of its age, up to twenty times as often', async () => {
  await using world = await makeWorld()
  await submitted(world)
  world.proxy.alter = (call) => (isPoll(call) ? (batch) => ({ ...batch, status: 'in_progress' }) : undefined)
  const pauses: number[] = []
  for (let poll = 0; poll < 12; poll++) {
    await pollOpenBatches(30_000, world.context)
    assert.is(polls(world), poll + 1)
    const [batch] = await findBatches(world.db, ['open'])
    const pause = Date.parse(batch!.next_poll_at!) - Date.parse(batch!.polled_at!)
    pauses.push(pause)
    world.advance(pause)
  }
  assert.ok(pauses[0]! >= 1_500 && pauses[0]! < 3_000, pauses.join())
  assert.is(pauses.at(-1), 30_000)
  assert.equal(
    pauses,
    pauses.toSorted((a, b) => a - b),
  )
})

polling('a poll that fails leaves the batch open, and the pause grows', async () => {
  await using world = await makeWorld()
  await submitted(world)
  world.proxy.decide = (call) => (isPoll(call) ? 'lose_request' : 'pass')
  const pauses: number[] = []
  for (let failure = 0; failure < 3; failure++) {
    await pollOpenBatches(1_000, world.context)
    const [batch] = await findBatches(world.db, ['open'])
    assert.is(batch!.failed_polls, failure + 1)
    const pause = Date.parse(batch!.next_poll_at!) - world.context.clock.now().getTime()
    pauses.push(pause)
    world.advance(pause + 1_000)
  }
  assert.ok(pauses[1]! > pauses[0]! && pauses[2]! > pauses[1]!, pauses.join())
  world.proxy.decide = () => 'pass'
  await pollOpenBatches(1_000, world.context)
  const [batch] = await findBatches(world.db, ['open', 'ended'])
  assert.equal([batch!.failed_polls, batch!.because], [0, null])
})

polling('an unknown status is told and polled on', async () => {
  await using world = await makeWorld()
  await submitted(world)
  world.proxy.alter = (call) => (isPoll(call) ? (batch) => ({ ...batch, status: 'pondering' }) : undefined)
  for (let poll = 0; poll < 3; poll++) await pollOpenBatches(0, world.context)
  assert.is((await findBatches(world.db, ['open'])).length, 1)
  assert.is(world.events.filter(({ kind }) => kind === 'batch.status_unknown').length, 1)
})

polling(
  'a rejected file fails the run, naming the line, and its requests are pending: nothing ran, so no attempt counts',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    const path = world.context.pathOf(part!.path)
    const text = await readFile(path, 'utf8')
    // As long as it was: a part of another size is not sent.
    await writeFile(path, text.replace('\n{', '\n?'))
    await submitPart(part!, world.context)
    let error: Error | undefined
    for (let tries = 0; !error && tries < 100; tries++) {
      await pollOpenBatches(0, world.context).catch((thrown: Error) => (error = thrown))
      await sleep(20)
    }
    assert.is((error as HemlineError).code, 'batch_rejected')
    assert.match(error!.message, /line 2/)
    const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
    assert.ok(requests.every(({ state, attempts }) => state === 'pending' && attempts === 0))
    assert.equal(await findParts(world.db, 'built'), [])
  },
)

for (const [code, message] of [
  ['token_limit_exceeded', 'Enqueued token limit reached for gpt-6-luna'],
  ['invalid_request', 'Cannot find file file-1, or organization o does not have access to it'],
] as const) {
  polling(
    `after "${code}" the same file is sent again, later each time, and no attempt is counted`,
    async () => {
      await using world = await makeWorld()
      const part = await submitted(world)
      const pauses: number[] = []
      for (let rejections = 0; rejections < 4; rejections++) {
        rejectWith(world, code, message)
        await pollOpenBatches(0, world.context)
        world.proxy.alter = () => undefined
        const next = await submitPart(part, world.context)
        if (next.kind !== 'later') throw new Error(`expected a pause, got ${next.kind}`)
        pauses.push(Math.round((next.at.getTime() - world.context.clock.now().getTime()) / 1000))
        world.advance(next.at.getTime() - world.context.clock.now().getTime())
        assert.equal(await submitPart(part, world.context), { kind: 'open' })
      }
      assert.equal(pauses, [30, 60, 120, 300])
      assert.is(world.proxy.calls.filter((call) => call === 'POST /v1/files').length, 1)
      const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
      assert.ok(requests.every(({ state, attempts }) => state === 'submitted' && attempts === 1))
    },
  )
}

polling('an answer that is no batch at all is a failed poll like any other', async () => {
  await using world = await makeWorld()
  await submitted(world)
  for (const broken of [{}, { id: 7 }, { object: 'error' }]) {
    world.proxy.alter = (call) => (isPoll(call) ? () => broken : undefined)
    await pollOpenBatches(0, world.context)
    world.advance(60_000)
  }
  const [batch] = await findBatches(world.db, ['open'])
  assert.equal([batch!.failed_polls, batch!.is_stuck], [3, 0])
})

polling('a batch that the provider does not know is stuck until it does', async () => {
  await using world = await makeWorld()
  await submitted(world)
  world.proxy.decide = (call) => (isPoll(call) ? 'refuse' : 'pass')
  await pollOpenBatches(0, world.context)
  assert.is((await findBatches(world.db, ['open']))[0]!.is_stuck, 1)
  world.proxy.decide = () => 'pass'
  world.advance(60_000)
  await pollOpenBatches(0, world.context)
  assert.is((await findBatches(world.db, ['open', 'ended']))[0]!.is_stuck, 0)
})

polling(
  'answers that are counted and never handed out keep their requests from being bought again',
  async () => {
    await using world = await makeWorld()
    await submitted(world)
    const request_counts = { total: 2, completed: 2, failed: 0 }
    world.proxy.alter = (call) =>
      isPoll(call)
        ? (batch) => ({ ...batch, status: 'completed', output_file_id: null, request_counts })
        : undefined
    await pollOpenBatches(0, world.context)
    assert.is((await findBatches(world.db, ['open']))[0]!.is_stuck, 0)
    world.advance(11 * 60_000)
    await pollOpenBatches(0, world.context)
    const [batch] = await findBatches(world.db, ['open'])
    assert.is(batch!.is_stuck, 1)
    assert.match(batch!.because!, 'counts 2 requests as completed')
    world.proxy.alter = () => undefined
    await sleep(300)
    await pollOpenBatches(0, world.context)
    assert.is((await findBatches(world.db, ['ended'])).length, 1)
  },
)

polling('does not touch a batch of another account', async () => {
  await using world = await makeWorld()
  await submitted(world)
  const error = await rejection(pollOpenBatches(0, await world.contextWithKey('key-2')))
  assert.is((error as HemlineError).code, 'other_account')
  assert.is(polls(world), 0)
})

polling.run()
