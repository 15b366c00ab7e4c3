import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { findLearnedLimit, forgetOldLimits, learnLimit } from '../../../data/records/learned-limits.js'
import { countOversizedParts, findOutdatedParts } from '../../../data/records/parts.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { submitPart } from '../../../pipeline/batch/submit.js'
import { hasRoom } from '../../../pipeline/batch/window.js'
import { type World, makeWorld } from './world.js'

const room = suite('the window of enqueued tokens')

const DAY_MS = 24 * 60 * 60_000

function queueOf(world: World) {
  return { accountId: world.context.accountId, model: 'gpt-6-luna' }
}

/** Turns away the batch of a part for the tokens that wait already, in the provider's words. */
async function turnAway(world: World, message: string): Promise<void> {
  const data = [{ code: 'token_limit_exceeded', message, line: null, param: null }]
  const open = (await findBatches(world.db, ['open'])).at(-1)!.provider_batch_id
  world.proxy.alter = (call) =>
    call === `GET /v1/batches/${open}`
      ? (batch) => ({ ...batch, status: 'failed', errors: { object: 'list', data } })
      : call.startsWith('GET /v1/batches/')
        ? (batch) => ({ ...batch, status: 'in_progress' })
        : undefined
  await pollOpenBatches(0, world.context)
}

room('is learned from the refusal of a batch', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  await submitPart(part!, world.context)
  await turnAway(world, 'Enqueued token limit reached for gpt-6-luna. Limit: 90,000 enqueued tokens.')
  assert.is(await findLearnedLimit(world.db, queueOf(world)), 90_000)
  assert.ok(world.events.some((event) => event.kind === 'batch.limit_learned' && event.tokens === 90_000))
})

room('is learned from a creation that is refused with 429', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(1)
  world.proxy.answer = (call) =>
    call === 'POST /v1/batches'
      ? { status: 429, error: { message: 'Enqueued token limit reached. Limit: 5,000,000 enqueued tokens.' } }
      : undefined
  assert.is((await submitPart(part!, world.context)).kind, 'later')
  assert.is(await findLearnedLimit(world.db, queueOf(world)), 5_000_000)
  world.proxy.answer = () => undefined
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
})

room('is what ours and a part must fit into together, per account', async () => {
  await using world = await makeWorld()
  const [first, second] = await world.buildParts(6, { requests: 3 })
  assert.is(await hasRoom(second!, 1, world.context), true)
  await submitPart(first!, world.context)
  assert.is(await hasRoom(second!, undefined, world.context), true)
  for (const [tokens, has] of [
    [60, true],
    [59, false],
  ] as const) {
    assert.is(await hasRoom(second!, tokens, world.context), has)
    await learnLimit(world.db, queueOf(world), tokens, world.context.clock.now())
    assert.is(await hasRoom(second!, undefined, world.context), has)
    assert.is(await hasRoom(second!, 1_000, world.context), has)
  }
  assert.is(await hasRoom(second!, 59, await world.contextWithKey('key-2')), true)
})

room('waits for ours after a refusal that names no number, as long as they move', async () => {
  await using world = await makeWorld()
  const [first, second] = await world.buildParts(2, { requests: 1 })
  await submitPart(first!, world.context)
  await submitPart(second!, world.context)
  await turnAway(world, 'Enqueued token limit reached for gpt-6-luna')
  assert.is(await hasRoom(second!, undefined, world.context), false)
  await world.db.updateTable('batches').set({ is_stuck: 1 }).where('part_id', '=', first!.id).execute()
  assert.is(await hasRoom(second!, undefined, world.context), true)
})

room('has parts that are larger than all of it cut anew, and is forgotten after thirty days', async () => {
  await using world = await makeWorld()
  const [large, small] = await world.buildParts(4, { requests: 3 })
  const now = world.context.clock.now()
  await learnLimit(world.db, queueOf(world), 20, now)
  assert.is(await countOversizedParts(world.db), 1)
  const limits = { requests: 50_000, bytes: 200_000_000, tokens: 20 }
  const outdated = await findOutdatedParts(world.db, large!.recipe_id, limits)
  assert.ok(outdated.some(({ id }) => id === large!.id))
  assert.is((await submitPart(large!, world.context)).kind, 'open')
  assert.is(await countOversizedParts(world.db), 0)
  assert.is(await hasRoom(small!, undefined, world.context), false)
  await forgetOldLimits(world.db, new Date(now.getTime() + 29 * DAY_MS))
  assert.is(await findLearnedLimit(world.db, queueOf(world)), 20)
  await forgetOldLimits(world.db, new Date(now.getTime() + 31 * DAY_MS))
  assert.is(await findLearnedLimit(world.db, queueOf(world)), undefined)
})

room.run()
