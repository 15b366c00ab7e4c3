import { appendFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type BatchRecord, findBatches } from '../../../data/records/batches.js'
import type { Part } from '../../../data/records/parts.js'
import { listRequests } from '../../../data/records/requests.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { adoptBatch } from '../../../pipeline/batch/adopt.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { resubmit } from '../../../pipeline/batch/resubmit.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { KEY_FIELD } from '../../../pipeline/provider/provider.js'
import { rejection } from '../../rejection.js'
import { type World, makeWorld } from './world.js'

const adopting = suite('adopting a batch')

const CREATE = 'POST /v1/batches'

/** A part that is held in doubt though its batch exists, under an id that only a person can find out. */
async function heldPart(world: World, fate: 'lose_answer' | 'lose_request'): Promise<Part> {
  const [part] = await world.buildParts(2)
  world.proxy.decide = (call) => {
    if (call === CREATE) return fate
    return call === 'GET /v1/batches' ? 'refuse' : 'pass'
  }
  assert.is((await submitPart(part!, world.context)).kind, 'held')
  world.proxy.decide = (call) => (call === 'GET /v1/batches' ? 'refuse' : 'pass')
  return part!
}

async function idAtProvider(world: World): Promise<string> {
  world.proxy.decide = () => 'pass'
  const answer = await fetch(`${world.proxy.url}/batches`, { headers: { authorization: 'Bearer key-1' } })
  return ((await answer.json()) as { data: { id: string }[] }).data[0]!.id
}

async function held(world: World): Promise<BatchRecord> {
  return (await findBatches(world.db, ['held']))[0]!
}

adopting('binds the batch that carries the key, and it is polled like any other', async () => {
  await using world = await makeWorld()
  const part = await heldPart(world, 'lose_answer')
  const id = await idAtProvider(world)
  const adopted = await adoptBatch(id, undefined, world.context)
  assert.equal([adopted.kind, adopted.part.path, adopted.batch.state], ['adopted', part.path, 'open'])
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(
    requests.every(({ state, provider_batch_id }) => state === 'submitted' && provider_batch_id === id),
  )
  await pollOpenBatches(0, world.context)
  assert.ok(world.events.some((event) => event.kind === 'batch.polled' && event.batch === id))
  assert.is((await adoptBatch(id, part.path, world.context)).kind, 'known')
})

adopting('knows a batch without a key by its input file, or by the name and size of it', async () => {
  for (const uploads of ['the same file', 'the part under its own name']) {
    await using world = await makeWorld()
    const part = await heldPart(world, 'lose_request')
    const { provider, signal, pathOf } = world.context
    const name = part.path.split('/').at(-1)!
    const inputFileId =
      uploads === 'the same file'
        ? (await held(world)).input_file_id!
        : await provider.upload(pathOf(part.path), name, signal)
    const byHand = await provider.createBatch({ inputFileId, metadata: {} }, signal)
    const adopted = await adoptBatch(byHand.id, name, world.context)
    assert.equal([adopted.kind, adopted.batch.provider_batch_id], ['adopted', byHand.id], uploads)
  }
})

adopting('refuses a batch that was made of something else, and says what was compared', async () => {
  await using world = await makeWorld()
  const part = await heldPart(world, 'lose_request')
  const { provider, signal, pathOf } = world.context
  const inputFileId = await provider.upload(pathOf(part.path), 'stranger.jsonl', signal)
  const metadata = { [KEY_FIELD]: 'of another home' }
  const stranger = await provider.createBatch({ inputFileId, metadata }, signal)
  for (const name of [undefined, part.path]) {
    const error = (await rejection(adoptBatch(stranger.id, name, world.context))) as HemlineError
    assert.is(error.code, 'batch_does_not_match')
    for (const value of ['of another home', 'stranger.jsonl', part.path, (await held(world)).key]) {
      assert.match(error.message, value)
    }
  }
  await appendFile(pathOf(part.path), 'one line more\n')
  const longer = await provider.upload(pathOf(part.path), part.path.split('/').at(-1)!, signal)
  const other = await provider.createBatch({ inputFileId: longer, metadata: {} }, signal)
  await rejection(adoptBatch(other.id, part.path, world.context))
  assert.is((await held(world)).provider_batch_id, null)
})

adopting('gives a stuck part the batch that it has by now, once', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(2)
  await submitPart(part!, world.context)
  const lost = (await findBatches(world.db, ['open']))[0]!
  const isLost = (call: string): boolean => call.endsWith(`/batches/${lost.provider_batch_id}`)
  world.proxy.decide = (call) => (isLost(call) ? 'refuse' : 'pass')
  await pollOpenBatches(0, world.context)
  const { provider, signal } = world.context
  const other = await provider.createBatch({ inputFileId: lost.input_file_id!, metadata: {} }, signal)
  const { batch } = await adoptBatch(other.id, undefined, world.context)
  assert.equal([batch.provider_batch_id, batch.is_stuck, batch.because], [other.id, 0, null])
  const third = await provider.createBatch({ inputFileId: lost.input_file_id!, metadata: {} }, signal)
  const error = (await rejection(adoptBatch(third.id, part!.path, world.context))) as HemlineError
  assert.is(error.code, 'batch_does_not_match')
  assert.match(error.message, 'is not in doubt')
})

adopting('takes back what was given up too early, as long as the part was not sent anew', async () => {
  await using world = await makeWorld()
  const part = await heldPart(world, 'lose_answer')
  world.advance(100_000)
  assert.is((await resubmit(part.path, true, world.context)).kind, 'given_up')
  const { batch } = await adoptBatch(await idAtProvider(world), undefined, world.context)
  assert.equal([batch.state, batch.ended_at], ['open', null])
  assert.equal(await submitPart(part, world.context), { kind: 'open' })
  assert.is(world.proxy.calls.filter((call) => call === CREATE).length, 1)
})

adopting('takes over, under a new key of the same project, what was sent with the old one', async () => {
  await using world = await makeWorld()
  await heldPart(world, 'lose_answer')
  const id = await idAtProvider(world)
  const second = await world.contextWithKey('key-2')
  assert.is((await adoptBatch(id, undefined, second)).kind, 'adopted')
  await pollOpenBatches(0, second)
  const third = await world.contextWithKey('key-3')
  const error = (await rejection(pollOpenBatches(0, third))) as HemlineError
  assert.is(error.code, 'other_account')
  assert.match(error.hint!, `hemline adopt ${id}`)
  await adoptBatch(id, undefined, third)
  await pollOpenBatches(0, third)
})

adopting('does not take over what this key cannot see', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  await submitPart(part!, world.context)
  const id = (await findBatches(world.db, ['open']))[0]!.provider_batch_id!
  world.proxy.decide = (call) => (call.startsWith('GET /v1/batches/') ? 'refuse' : 'pass')
  const second = await world.contextWithKey('key-2')
  const error = (await rejection(adoptBatch(id, undefined, second))) as HemlineError
  assert.is(error.code, 'other_account')
  for (const digest of [world.context, second].map(({ provider }) => provider.account.keyDigest)) {
    assert.match(error.message, digest)
  }
  assert.is((await findBatches(world.db, ['open']))[0]!.account_id, world.context.accountId)
})

adopting.run()
