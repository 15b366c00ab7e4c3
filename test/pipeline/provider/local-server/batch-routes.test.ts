import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StoppedClock } from './stopped-clock.js'
import { batchWhen, createBatch, makeWorld, refusal, tasks, textOf, upload } from './world.js'

const routes = suite('creating and listing batches')

routes('refuses what the API would refuse, and names the parameter', async () => {
  await using world = await makeWorld()
  const { client } = world
  const input_file_id = await upload(client, tasks(1))
  const good = { input_file_id, endpoint: '/v1/chat/completions', completion_window: '24h' }
  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key ${at}`, 'v']))
  const cases: [unknown, string, string | null][] = [
    [[], 'invalid_value', null],
    [{ ...good, input_file_id: undefined }, 'missing_required_parameter', 'input_file_id'],
    [{ ...good, input_file_id: 'file-none' }, 'invalid_value', 'input_file_id'],
    [{ ...good, input_file_id: '../../etc/passwd' }, 'invalid_value', 'input_file_id'],
    [{ ...good, input_file_id: 7 }, 'invalid_value', 'input_file_id'],
    [{ ...good, endpoint: undefined }, 'missing_required_parameter', 'endpoint'],
    [{ ...good, endpoint: '/v1/embeddings' }, 'invalid_value', 'endpoint'],
    [{ ...good, completion_window: undefined }, 'missing_required_parameter', 'completion_window'],
    [{ ...good, completion_window: '1h' }, 'invalid_value', 'completion_window'],
    [{ ...good, metadata: pairs(17) }, 'invalid_value', 'metadata'],
    [{ ...good, metadata: { ['k'.repeat(65)]: 'v' } }, 'invalid_value', `metadata.${'k'.repeat(65)}`],
    [{ ...good, metadata: { key: 'v'.repeat(513) } }, 'invalid_value', 'metadata.key'],
    [{ ...good, metadata: { key: 7 } }, 'invalid_value', 'metadata.key'],
    [
      { ...good, output_expires_after: { anchor: 'created_at', seconds: 60 } },
      'invalid_value',
      'output_expires_after.seconds',
    ],
    [{ ...good, colour: 'red' }, 'unknown_parameter', 'colour'],
  ]
  for (const [body, code, param] of cases) {
    const error = await refusal(client.post('/batches', { body: body as object }))
    assert.equal([error.status, error.code, error.param], [400, code, param], error.message)
  }
  assert.is((await client.batches.list()).data.length, 0)
})

routes('takes the most metadata that the API takes, and gives it back', async () => {
  await using world = await makeWorld()
  const { client } = world
  const metadata = Object.fromEntries(
    Array.from({ length: 16 }, (_, at) => [`${at}`.padEnd(64, 'k'), 'ü'.repeat(512)]),
  )
  const { id } = await client.batches.create({
    input_file_id: await upload(client, tasks(1)),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata,
  })
  assert.equal((await batchWhen(client, id, 'completed')).metadata, metadata)
})

routes('refuses a body that is not JSON, or too large', async () => {
  await using world = await makeWorld()
  const post = async (body: string) => {
    const headers = { authorization: 'Bearer k', 'content-type': 'application/json' }
    const response = await fetch(`${world.url}/batches`, { method: 'POST', headers, body })
    const { error } = (await response.json()) as { error: { code: string } }
    return [response.status, error.code]
  }
  assert.equal(await post(''), [400, 'invalid_json'])
  assert.equal(await post('{"input_file_id":'), [400, 'invalid_json'])
  assert.equal(await post(`"${'x'.repeat(1024 * 1024)}"`), [413, 'request_too_large'])
})

routes('refuses a file that is a result as input', async () => {
  await using world = await makeWorld()
  const { client } = world
  const { id } = await createBatch(client, await upload(client, tasks(1)))
  const { output_file_id } = await batchWhen(client, id, 'completed')
  const error = await refusal(createBatch(client, output_file_id!))
  assert.equal([error.status, error.param], [400, 'input_file_id'])
  assert.match(error.message, 'batch_output')
})

routes('lists batches page by page, newest first, each exactly once', async () => {
  await using world = await makeWorld({ clock: new StoppedClock() })
  const { client } = world
  const fileId = await upload(client, tasks(1))
  const ids: string[] = []
  for (let at = 0; at < 25; at++) ids.push((await createBatch(client, fileId)).id)
  ids.reverse()
  const first = await client.batches.list()
  assert.equal(
    first.data.map(({ id }) => id),
    ids.slice(0, 20),
  )
  assert.is(first.has_more, true)
  const last = await client.batches.list({ after: ids[19]!, limit: 100 })
  assert.equal(
    last.data.map(({ id }) => id),
    ids.slice(20),
  )
  assert.is(last.has_more, false)
  const seen: string[] = []
  for await (const { id } of client.batches.list({ limit: 10 })) seen.push(id)
  assert.equal(seen, ids)
  await world.restart()
  assert.equal(
    (await world.client.batches.list()).data.map(({ id }) => id),
    ids.slice(0, 20),
  )
  const raw = (await world.client.get('/batches?limit=2')) as { first_id: string; last_id: string }
  assert.equal([raw.first_id, raw.last_id], [ids[0], ids[1]])
  assert.is((await refusal(world.client.batches.list({ after: 'batch_none' }))).param, 'after')
  assert.is((await refusal(world.client.batches.list({ limit: 101 }))).param, 'limit')
})

routes('says of an empty list that it has no first and no last', async () => {
  await using world = await makeWorld()
  assert.equal(await world.client.get('/batches'), {
    object: 'list',
    data: [],
    first_id: null,
    last_id: null,
    has_more: false,
  })
})

routes('gives results that can be read again after a restart', async () => {
  await using world = await makeWorld()
  const { id } = await createBatch(world.client, await upload(world.client, tasks(3)))
  const before = await batchWhen(world.client, id, 'completed')
  const results = await textOf(world.client, before.output_file_id)
  await world.restart()
  assert.equal(await world.client.batches.retrieve(id), before)
  assert.is(await textOf(world.client, before.output_file_id), results)
})

routes.run()
