import { appendFile, rm, truncate } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { rejectBatch } from '../../../data/records/batch-progress.js'
import { recordCreateSent } from '../../../data/records/batch-submission.js'
import { countUnsubmittedParts, findOutdatedParts } from '../../../data/records/parts.js'
import { listRequests } from '../../../data/records/requests.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { ProviderError } from '../../../pipeline/provider/provider.js'
import { rejection } from '../../rejection.js'
import { type World, makeWorld } from './world.js'

const submitting = suite('submitting a part')

const limits = { requests: 50_000, bytes: 200_000_000, tokens: undefined }
/** What the OpenAI provider allows its list of batches. */
const LAG_MS = 90_000
const CREATE = 'POST /v1/batches'
const UPLOAD = 'POST /v1/files'

function count(world: World, call: string): number {
  return world.proxy.calls.filter((each) => each === call).length
}

async function batchesAtProvider(world: World): Promise<number> {
  const answer = await fetch(`${world.proxy.url}/batches?limit=100`, {
    headers: { authorization: 'Bearer key-1' },
  })
  return ((await answer.json()) as { data: unknown[] }).data.length
}

submitting('uploads once, creates once, and moves part and requests on', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(3)
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  assert.is(count(world, UPLOAD), 1)
  assert.is(count(world, CREATE), 1)
  const [batch] = await findBatches(world.db, ['open'])
  assert.match(batch!.provider_batch_id!, /^batch_/)
  assert.is(batch!.requests_total, 3)
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.equal(
    requests.map(({ state, attempts, provider_batch_id }) => [state, attempts, provider_batch_id]),
    [1, 2, 3].map(() => ['submitted', 1, batch!.provider_batch_id]),
  )
})

submitting('does nothing more for a part whose batch is open', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  await submitPart(part!, world.context)
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  assert.is(count(world, CREATE), 1)
})

for (const fate of ['lose_answer', 'answer_500_after'] as const) {
  submitting(`adopts the batch whose creation was taken but not answered (${fate})`, async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    world.proxy.decide = (call) => (call === CREATE ? fate : 'pass')
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(count(world, CREATE), 1)
    assert.is(await batchesAtProvider(world), 1)
    assert.ok(world.events.some(({ kind }) => kind === 'batch.adopted'))
  })
}

submitting(
  'waits for a lagging list before it creates anew, and adopts what turns up meanwhile',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    let isListLost = true
    world.proxy.decide = (call) => {
      if (call === CREATE) return 'lose_answer'
      return call === 'GET /v1/batches' && isListLost ? 'lose_request' : 'pass'
    }
    const first = await submitPart(part!, world.context)
    assert.is(first.kind, 'later')
    isListLost = false
    world.advance(10_000)
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(count(world, CREATE), 1)
  },
)

submitting(
  'creates again only once a lost call is settled: the batch was not in the list for long enough',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    world.proxy.decide = (call) => (call === CREATE ? 'lose_request' : 'pass')
    assert.is((await submitPart(part!, world.context)).kind, 'later')
    world.proxy.decide = () => 'pass'
    world.advance(LAG_MS - 10_000)
    assert.is((await submitPart(part!, world.context)).kind, 'later')
    assert.is(count(world, CREATE), 1)
    world.advance(11_000)
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(await batchesAtProvider(world), 1)
  },
)

submitting('finds a batch that it made while its own clock was days ahead', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(2)
  world.advance(3 * 86_400_000)
  world.proxy.decide = (call) => (call === CREATE ? 'lose_answer' : 'pass')
  await submitPart(part!, world.context)
  world.proxy.decide = () => 'pass'
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  assert.is(await batchesAtProvider(world), 1)
  assert.is(count(world, CREATE), 1)
})

submitting('finds an upload whose answer was lost, instead of sending the file again', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(2)
  world.proxy.decide = (call) => (call === UPLOAD ? 'lose_answer' : 'pass')
  const first = await submitPart(part!, world.context)
  assert.is(first.kind, 'later')
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  assert.is(count(world, UPLOAD), 1)
  assert.is(count(world, CREATE), 1)
})

submitting('keeps the intent when the provider is not there, and goes on later', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  world.proxy.decide = () => 'lose_request'
  assert.is((await submitPart(part!, world.context)).kind, 'later')
  assert.is((await findBatches(world.db, ['intended'])).length, 1)
  assert.is(await countUnsubmittedParts(world.db), 1)
  world.proxy.decide = () => 'pass'
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
})

submitting('refuses to go on with an intent of another account', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  world.proxy.decide = () => 'lose_request'
  await submitPart(part!, world.context)
  world.proxy.decide = () => 'pass'
  const error = await rejection(submitPart(part!, await world.contextWithKey('key-2')))
  assert.is((error as ProviderError).code, 'other_account')
  assert.not.match(error.message, /key-[12]/)
  assert.is(count(world, CREATE), 0)
})

submitting(
  'holds a part whose doubt cannot be resolved, and resolves it once the list can be read',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    world.proxy.decide = (call) => {
      if (call === CREATE) return 'lose_answer'
      return call === 'GET /v1/batches' ? 'refuse' : 'pass'
    }
    const first = await submitPart(part!, world.context)
    assert.is(first.kind, 'held')
    assert.is((await findBatches(world.db, ['held'])).length, 1)
    world.advance(10 * LAG_MS)
    assert.is((await submitPart(part!, world.context)).kind, 'held')
    assert.is(count(world, CREATE), 1)
    world.proxy.decide = () => 'pass'
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(await batchesAtProvider(world), 1)
  },
)

submitting(
  'creates again only after two empty looks that lie apart, however long ago the call was',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(1)
    world.proxy.decide = (call) => {
      if (call === CREATE) return 'lose_request'
      return call === 'GET /v1/batches' ? 'refuse' : 'pass'
    }
    assert.is((await submitPart(part!, world.context)).kind, 'held')
    world.proxy.decide = (call) => (call === CREATE ? 'lose_request' : 'pass')
    world.advance(100 * LAG_MS)
    for (const expected of [1, 2]) {
      assert.is((await submitPart(part!, world.context)).kind, 'later')
      assert.is(count(world, CREATE), expected)
      world.advance(LAG_MS - 5_000)
      assert.is((await submitPart(part!, world.context)).kind, 'later')
      assert.is(count(world, CREATE), expected)
      world.advance(10_000)
      await submitPart(part!, world.context)
      assert.is(count(world, CREATE), expected + 1)
    }
  },
)

submitting(
  'ends an intent that is refused for good, so that the part can be changed or sent anew',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(1)
    world.proxy.decide = (call) => (call === CREATE ? 'refuse' : 'pass')
    const error = await rejection(submitPart(part!, world.context))
    assert.is((error as ProviderError).acted, 'no')
    const outdated = await findOutdatedParts(world.db, 999, limits)
    assert.equal(
      outdated.map(({ id }) => id),
      [part!.id],
    )
    world.proxy.decide = () => 'pass'
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(await batchesAtProvider(world), 1)
  },
)

submitting(
  'takes the right to send for one sender only, even when two have read the same record',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(1)
    world.proxy.decide = (call) => {
      if (call === CREATE) return 'lose_request'
      return call === 'GET /v1/batches' ? 'refuse' : 'pass'
    }
    await submitPart(part!, world.context)
    const [batch] = await findBatches(world.db, ['held'])
    world.advance(1_000)
    const now = world.context.clock.now()
    await recordCreateSent(world.db, batch!, now)
    await rejection(recordCreateSent(world.db, batch!, now))
  },
)

submitting('takes back a part whose file is gone, or is not what was written', async () => {
  const damages: ((path: string) => Promise<void>)[] = [
    (path) => rm(path),
    (path) => truncate(path, 20),
    (path) => appendFile(path, '{"custom_id":"of nobody"}\n'),
  ]
  for (const damage of damages) {
    await using world = await makeWorld()
    const [part] = await world.buildParts(2)
    // One try was begun before, too.
    world.proxy.decide = (call) => (call === UPLOAD ? 'lose_request' : 'pass')
    assert.is((await submitPart(part!, world.context)).kind, 'later')
    world.proxy.decide = () => 'pass'
    await damage(world.context.pathOf(part!.path))
    const sent = count(world, UPLOAD)
    assert.equal(await submitPart(part!, world.context), { kind: 'withdrawn' })
    assert.equal([count(world, UPLOAD), count(world, CREATE)], [sent, 0])
    const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
    assert.equal(
      requests.map(({ state, attempts }) => [state, attempts]),
      [1, 2].map(() => ['pending', 0]),
    )
  }
})

submitting('never has two live batches for one part', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  const both = await Promise.allSettled([submitPart(part!, world.context), submitPart(part!, world.context)])
  assert.is(await batchesAtProvider(world), 1)
  assert.ok(both.some(({ status }) => status === 'fulfilled'))
})

submitting(
  'uploads anew after a creation was refused for a file that was used again: it may be deleted there',
  async () => {
    await using world = await makeWorld()
    const [part] = await world.buildParts(1)
    await submitPart(part!, world.context)
    const [batch] = await findBatches(world.db, ['open'])
    await rejectBatch(world.db, batch!, 'token_limit_exceeded', true, world.context.clock.now())
    world.proxy.decide = (call) => (call === CREATE ? 'refuse' : 'pass')
    world.advance(60_000)
    assert.is(((await rejection(submitPart(part!, world.context))) as ProviderError).acted, 'no')
    assert.is(count(world, UPLOAD), 1)
    world.proxy.decide = () => 'pass'
    assert.equal(await submitPart(part!, world.context), { kind: 'open' })
    assert.is(count(world, UPLOAD), 2)
  },
)

submitting.run()
