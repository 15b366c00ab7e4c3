import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { findParts } from '../../../data/records/parts.js'
import { listRequests } from '../../../data/records/requests.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { resubmit } from '../../../pipeline/batch/resubmit.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { rejection } from '../../rejection.js'
import { type World, makeWorld } from './world.js'
import { endedBatch } from './ended-batch.js'

const resubmitting = suite('sending again what a person gives up')

const CREATE = 'POST /v1/batches'
const LIST = 'GET /v1/batches'
/** What the OpenAI provider allows its list of batches. */
const LAG_MS = 90_000

function creates(world: World): number {
  return world.proxy.calls.filter((call) => call === CREATE).length
}

async function heldPart(world: World, fate: 'lose_answer' | 'lose_request') {
  const [part] = await world.buildParts(2)
  world.proxy.decide = (call) => (call === CREATE ? fate : call === LIST ? 'refuse' : 'pass')
  assert.is((await submitPart(part!, world.context)).kind, 'held')
  world.advance(LAG_MS)
  return part!
}

async function stuckBatch(world: World) {
  const [part] = await world.buildParts(2)
  await submitPart(part!, world.context)
  world.proxy.decide = (call) => (call.startsWith('GET /v1/batches/') ? 'refuse' : 'pass')
  await pollOpenBatches(0, world.context)
  world.advance(LAG_MS)
  return (await findBatches(world.db, ['open']))[0]!
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return ((await rejection(promise)) as HemlineError).code
}

resubmitting('sends a held part once more, after a yes, when the last look cannot tell', async () => {
  await using world = await makeWorld()
  const part = await heldPart(world, 'lose_request')
  world.proxy.decide = (call) => (call === LIST ? 'refuse' : 'pass')
  const unconfirmed = await resubmit(part.path, false, world.context)
  if (unconfirmed.kind !== 'unconfirmed') throw new Error(unconfirmed.kind)
  assert.is(unconfirmed.requests, 2)
  assert.is((await submitPart(part, world.context)).kind, 'held')
  assert.is((await resubmit(part.path.split('/').at(-1)!, true, world.context)).kind, 'given_up')
  const [rejected] = await findBatches(world.db, ['rejected'])
  assert.match(rejected!.because!, 'given up by a person')
  assert.equal(await submitPart(part, world.context), { kind: 'open' })
  assert.is(creates(world), 2)
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(requests.every(({ state, attempts }) => state === 'submitted' && attempts === 1))
})

resubmitting('adopts what the last look finds, even after a yes', async () => {
  await using world = await makeWorld()
  const part = await heldPart(world, 'lose_answer')
  world.proxy.decide = () => 'pass'
  const found = await resubmit(part.path, true, world.context)
  assert.equal([found.kind, found.batch.state], ['found', 'open'])
  assert.equal(await submitPart(part, world.context), { kind: 'open' })
  assert.is(creates(world), 1)
})

resubmitting('waits for a lagging list, and for a provider that cannot be asked', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  world.proxy.decide = (call) => (call === CREATE ? 'lose_request' : 'pass')
  await submitPart(part!, world.context)
  assert.is(await codeOf(resubmit(part!.path, true, world.context)), 'too_early')
  world.advance(LAG_MS)
  world.proxy.decide = () => 'lose_request'
  assert.is(await codeOf(resubmit(part!.path, true, world.context)), 'provider_connection_lost')
  assert.is((await findBatches(world.db, ['uploaded'])).length, 1)
})

resubmitting(
  'gives a lost batch up, and its requests wait for a new part with no attempt counted',
  async () => {
    await using world = await makeWorld()
    const batch = await stuckBatch(world)
    world.proxy.decide = (call) => (call.startsWith(LIST) ? 'refuse' : 'pass')
    const id = batch.provider_batch_id!
    assert.is((await resubmit(id, false, world.context)).kind, 'unconfirmed')
    assert.is((await findBatches(world.db, ['open'])).length, 1)
    assert.is((await resubmit(id, true, world.context)).kind, 'given_up')
    const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
    assert.ok(requests.every(({ state, attempts }) => state === 'pending' && attempts === 0))
    assert.equal(await findParts(world.db, 'built'), [])
  },
)

resubmitting('never sends again what the provider knows after all, by id or in its list', async () => {
  for (const stillLost of ['GET /v1/batches/', undefined]) {
    await using world = await makeWorld()
    const batch = await stuckBatch(world)
    world.proxy.decide = (call) => (stillLost && call.startsWith(stillLost) ? 'refuse' : 'pass')
    const found = await resubmit(batch.provider_batch_id!, true, world.context)
    assert.equal([found.kind, found.batch.is_stuck], ['found', 0])
    assert.is(creates(world), 1)
  }
})

resubmitting('refuses what is alive, over with its results there, or not on record', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  assert.is(await codeOf(resubmit(part!.path, true, world.context)), 'not_in_doubt')
  await submitPart(part!, world.context)
  assert.is(await codeOf(resubmit(part!.path, true, world.context)), 'not_in_doubt')
  assert.is(await codeOf(resubmit('batch_of_nobody', true, world.context)), 'no_such_batch')
  const ended = await endedBatch(world, 2)
  assert.is(await codeOf(resubmit(ended.provider_batch_id!, true, world.context)), 'not_in_doubt')
})

resubmitting('gives up results that were deleted at the provider', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 2)
  const url = `${world.proxy.url}/files/${batch.output_file_id}`
  await fetch(url, { method: 'DELETE', headers: { authorization: 'Bearer key-1' } })
  assert.is((await resubmit(batch.provider_batch_id!, true, world.context)).kind, 'given_up')
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(requests.every(({ state, attempts }) => state === 'pending' && attempts === 0))
})

resubmitting.run()
