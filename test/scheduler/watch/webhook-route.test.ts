import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { getBatch } from '../../../data/records/batches.js'
import { pollOpenBatches } from '../../../pipeline/batch/poll.js'
import { type WatchWorld, SECRET, makeWatchWorld, readAnswer } from './watch-world.js'

const webhooks = suite('webhooks of OpenAI')

const INTERVAL_MS = 600_000

function over(batch: string, type = 'batch.completed'): string {
  return JSON.stringify({ id: 'evt_1', object: 'event', type, created_at: 1, data: { id: batch } })
}

/** A batch that was polled, is in progress, and would be polled in ten minutes again. */
async function polledBatch({ world, openBatch }: WatchWorld) {
  const batch = await openBatch()
  world.proxy.alter = (call) =>
    call.startsWith('GET /v1/batches/batch_') ? (seen) => ({ ...seen, status: 'in_progress' }) : undefined
  await pollOpenBatches(INTERVAL_MS, world.context)
  return getBatch(world.db, batch.id)
}

function polls({ world }: WatchWorld): number {
  return world.proxy.calls.filter((call) => call.startsWith('GET /v1/batches/batch_')).length
}

for (const type of ['batch.completed', 'batch.failed', 'batch.expired', 'batch.cancelled']) {
  webhooks(`${type} makes the batch due now and wakes the daemon`, async () => {
    await using watch = await makeWatchWorld()
    const batch = await polledBatch(watch)
    await pollOpenBatches(INTERVAL_MS, watch.world.context)
    assert.is(polls(watch), 1)

    const answer = await watch.post({ body: over(batch.provider_batch_id!, type) })
    assert.equal([answer.status, answer.json], [200, { outcome: 'woken' }])
    assert.equal(watch.woken, [batch.id])
    assert.is((await getBatch(watch.world.db, batch.id)).state, 'open')
    await pollOpenBatches(INTERVAL_MS, watch.world.context)
    assert.is(polls(watch), 2)
  })
}

webhooks('a repeat, and twenty at once, wake the daemon one time', async () => {
  await using watch = await makeWatchWorld()
  const { provider_batch_id: name, id } = await polledBatch(watch)
  const answers = await Promise.all(Array.from({ length: 20 }, () => watch.post({ body: over(name!) })))
  const outcomes = answers.map(({ json }) => json.outcome)
  assert.equal(outcomes.toSorted(), [...Array<string>(19).fill('repeated'), 'woken'])
  assert.equal(watch.woken, [id])
  await watch.post({ id: 'wh_2', body: over(name!) })
  assert.equal(watch.woken, [id, id])
})

webhooks('what is not signed as it should be is refused with 401 and changes nothing', async () => {
  await using watch = await makeWatchWorld()
  const batch = await polledBatch(watch)
  const body = over(batch.provider_batch_id!)
  const other = `whsec_${Buffer.from('another secret').toString('base64')}`
  const forged = [
    await watch.post({ body, secret: other }),
    await watch.post({ body, at: new Date(Date.now() - 301_000) }),
    await watch.post({ body, at: new Date(Date.now() + 310_000) }),
    await watch.post({ body, headers: { 'webhook-id': 'wh_other' } }),
    await watch.post({ body, headers: { 'webhook-signature': '' } }),
    await watch.post({ body, headers: { 'webhook-timestamp': 'soon' } }),
    await fetch(`${watch.server.url}/webhooks/openai`, { method: 'POST', body }).then(readAnswer),
  ]
  for (const answer of forged) {
    assert.is(answer.status, 401)
    assert.is(answer.json.error.code, 'bad_webhook_signature')
  }
  assert.equal(watch.woken, [])
  assert.is((await getBatch(watch.world.db, batch.id)).next_poll_at, batch.next_poll_at)
  assert.is((await watch.post({ body, at: new Date(Date.now() - 290_000) })).status, 200)
})

webhooks(
  'other events, signed nonsense, and batches of others are answered with 200 and ignored',
  async () => {
    await using watch = await makeWatchWorld()
    const batch = await polledBatch(watch)
    const outcome = async (body: string): Promise<unknown> => {
      const answer = await watch.post({ body })
      return [answer.status, answer.json.outcome]
    }
    assert.equal(await outcome(over(batch.provider_batch_id!, 'response.completed')), [200, 'ignored'])
    assert.equal(await outcome('not json'), [200, 'ignored'])
    assert.equal(await outcome('null'), [200, 'ignored'])
    assert.equal(await outcome(over('batch_of_another_program')), [200, 'unknown_batch'])
    assert.equal(watch.woken, [])
    // Nothing of it was taken for a delivery: the id is still free.
    assert.equal(await outcome(over(batch.provider_batch_id!)), [200, 'woken'])
  },
)

webhooks('a batch that is over already is left as it is', async () => {
  await using watch = await makeWatchWorld()
  const batch = await watch.openBatch()
  await watch.world.db
    .updateTable('batches')
    .set({ state: 'ended', next_poll_at: null })
    .where('id', '=', batch.id)
    .execute()
  const answer = await watch.post({ body: over(batch.provider_batch_id!) })
  assert.equal(answer.json, { outcome: 'already_over' })
  assert.equal(watch.woken, [])
  assert.is((await getBatch(watch.world.db, batch.id)).next_poll_at, null)
})

webhooks('deliveries are forgotten after a week', async () => {
  await using watch = await makeWatchWorld()
  const { provider_batch_id: name } = await polledBatch(watch)
  await watch.post({ id: 'wh_old', body: over(name!) })
  watch.world.advance(8 * 24 * 3_600_000)
  await watch.post({ id: 'wh_new', body: over(name!) })
  const kept = await watch.world.db.selectFrom('webhook_deliveries').select('id').execute()
  assert.equal(kept, [{ id: 'wh_new' }])
})

webhooks('a body without end is refused before it is read', async () => {
  await using watch = await makeWatchWorld()
  const answer = await watch.post({ body: 'x'.repeat(70_000) })
  assert.is(answer.status, 413)
  const pieces = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
  })
  const endless = await fetch(`${watch.server.url}/webhooks/openai`, {
    method: 'POST',
    body: pieces,
    duplex: 'half',
  } as RequestInit).then(
    ({ status }) => status,
    () => 'cut off',
  )
  assert.ok([413, 'cut off'].includes(endless), String(endless))
  assert.is((await watch.get('/health')).status, 200)
})

webhooks('without a secret nothing is taken, and a sentence says what is missing', async () => {
  await using watch = await makeWatchWorld({ webhookSecret: undefined })
  const answer = await watch.post({ secret: SECRET })
  assert.is(answer.status, 404)
  assert.match(answer.json.error.message, /OPENAI_WEBHOOK_SECRET/)
})

webhooks.run()
