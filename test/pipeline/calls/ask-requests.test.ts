import { appendFile, readFile, truncate } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findBatches } from '../../../data/records/batches.js'
import { beginCall } from '../../../data/records/calls.js'
import { sumCharges } from '../../../data/records/charges.js'
import { listRequests } from '../../../data/records/requests.js'
import { cancelBatch } from '../../../pipeline/batch/cancel.js'
import { collectBatch } from '../../../pipeline/batch/collect.js'
import { parseCustomId } from '../../../pipeline/batch/custom-id.js'
import { resultPaths } from '../../../pipeline/batch/result-paths.js'
import { type Asked, askRequests } from '../../../pipeline/calls/ask-requests.js'
import { openCalls } from '../../../pipeline/calls/open-calls.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { RespondError } from '../../../pipeline/provider/local-server/respond.js'
import { rejection } from '../../rejection.js'
import { plainRules } from '../batch/answer-rules.js'
import { type World, makeWorld } from '../batch/world.js'
import { answerTo } from '../provider/local-server/world.js'

const asking = suite('asking one by one')

const ASK = 'POST /v1/chat/completions'

/** A part of so many requests, about to be asked. */
async function open(world: World, requests: number): Promise<void> {
  const [part] = await world.buildParts(requests)
  await openCalls(part!, 'individual', 100, world.context)
}

async function ask(world: World, most = 2): Promise<Asked> {
  const [batch] = await findBatches(world.db, ['open'])
  return askRequests(batch!, plainRules, most, world.context)
}

async function collect(world: World) {
  const [batch] = await findBatches(world.db, ['ended'])
  return collectBatch(batch!, plainRules, world.context)
}

async function states(world: World): Promise<string[]> {
  return (await listRequests(world.db, { afterId: 0, limit: 100 })).map(({ state }) => state)
}

const asked = (world: World): number => world.proxy.calls.filter((call) => call === ASK).length

asking('books each answer, and collects the batch as any other', async () => {
  await using world = await makeWorld()
  await open(world, 5)
  assert.equal(await ask(world), { kind: 'over' })
  assert.equal(await states(world), Array(5).fill('answered'))
  const tally = await collect(world)
  assert.equal([tally.sent, tally.answered, asked(world)], [5, 5, 5])
  const [batch] = await findBatches(world.db, ['collected'])
  assert.equal([batch!.lane, batch!.requests_completed, batch!.lost_calls], ['individual', 5, 0])
  assert.is((await sumCharges(world.db)).requests, 5)
})

asking('begins with no part whose file is not what was written: its requests wait for another', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(3)
  await truncate(world.context.pathOf(part!.path), 100)
  assert.is(await openCalls(part!, 'individual', 100, world.context), 'withdrawn')
  assert.equal(await findBatches(world.db, ['open']), [])
  const requests = await listRequests(world.db, { afterId: 0, limit: 100 })
  assert.ok(requests.every(({ state, attempts }) => state === 'pending' && attempts === 0))
})

asking('slows down for a refusal, and tries again what the provider failed at', async () => {
  let calls = 0
  await using world = await makeWorld({
    respond: async (request) => {
      calls++
      if (calls === 1) throw new RespondError({ status: 429, code: 'rate_limit_exceeded', message: 'slow' })
      if (calls === 2) throw new RespondError({ status: 500, code: null, message: 'broken' })
      return answerTo(request)
    },
  })
  await open(world, 2)
  assert.equal(await ask(world), { kind: 'over' })
  assert.equal([await states(world), calls], [['answered', 'answered'], 4])
  assert.is((await collect(world)).answered, 2)
})

asking('takes a refusal of the request itself as its outcome', async () => {
  await using world = await makeWorld({
    respond: async () => {
      throw new RespondError({ status: 400, code: 'invalid_image', message: 'not a picture' })
    },
  })
  await open(world, 1)
  await ask(world)
  assert.equal([(await collect(world)).failed, await states(world), asked(world)], [1, ['failed'], 1])
})

asking('counts an answer that was lost on its way, and asks again', async () => {
  await using world = await makeWorld()
  await open(world, 1)
  world.proxy.decide = () => (asked(world) === 1 ? 'lose_answer' : 'pass')
  assert.equal(await ask(world), { kind: 'over' })
  const [batch] = await findBatches(world.db, ['ended'])
  assert.equal([batch!.lost_calls, asked(world)], [1, 2])
  assert.ok(world.events.some((event) => event.kind === 'calls.lost' && event.calls === 1))
})

asking('ends the run when there is no credit, and goes on when there is', async () => {
  await using world = await makeWorld()
  await open(world, 2)
  const error = {
    message: 'You exceeded your current quota.',
    code: 'insufficient_quota',
    type: 'x',
    param: null,
  }
  world.proxy.answer = (call) => (call === ASK ? { status: 429, error } : undefined)
  const refused = (await rejection(ask(world))) as HemlineError
  assert.is(refused.code, 'provider_out_of_credit')
  world.proxy.answer = () => undefined
  assert.equal(await ask(world), { kind: 'over' })
  assert.is((await collect(world)).answered, 2)
})

asking('goes on after a kill from what is on disk, and says what was in the air', async () => {
  await using world = await makeWorld()
  await open(world, 3)
  const [batch] = await findBatches(world.db, ['open'])
  const [part] = await world.db.selectFrom('parts').selectAll().execute()
  const tasks = (await readFile(world.context.pathOf(part!.path), 'utf8')).split('\n')
  const { custom_id: customId, body: question } = JSON.parse(tasks[0]!)
  const body = answerTo(question)
  const answer = {
    id: 'call_1',
    custom_id: customId,
    response: { status_code: 200, request_id: '', body },
    error: null,
  }
  // The first answer is on disk and not booked, the second request was in the air, and a line was half written.
  const journal = world.context.pathOf(resultPaths(part!.path).output)
  await appendFile(journal, `${JSON.stringify(answer)}\n{"id":"call_2","cus`)
  for (const line of tasks.slice(0, 2)) {
    await beginCall(world.db, batch!.id, parseCustomId(JSON.parse(line).custom_id)!.id, new Date())
  }
  assert.equal(await ask(world), { kind: 'over' })
  assert.is(asked(world), 2)
  const tally = await collect(world)
  assert.equal([tally.answered, tally.nonsense, tally.repeated], [3, 0, 0])
  assert.is((await findBatches(world.db, ['collected']))[0]!.lost_calls, 1)
})

asking('asks no further request once somebody cancelled, and leaves the rest to a person', async () => {
  await using world = await makeWorld()
  await open(world, 3)
  const [batch] = await findBatches(world.db, ['open'])
  assert.is((await cancelBatch(batch!.provider_batch_id!, world.context)).status, 'cancelling')
  assert.equal(await ask(world), { kind: 'over' })
  const tally = await collect(world)
  assert.equal([tally.cancelled, asked(world), await states(world)], [3, 0, Array(3).fill('pending')])
})

asking.run()
