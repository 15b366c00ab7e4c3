import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { localResponder } from '../../../../pipeline/provider/local-server/local-responder.js'
import { assertResultLines, assertSchema, seenAnswers } from './contract.js'
import { Gate } from './gate.js'
import {
  batchWhen,
  createBatch,
  makeWorld,
  refusal,
  submit,
  taskLine,
  tasks,
  textOf,
  upload,
} from './world.js'

const contract = suite('the published contract')

contract('holds for every answer of every route, and for the lines of the result files', async () => {
  seenAnswers.clear()
  const gate = new Gate()
  await using world = await makeWorld({
    respond: localResponder(async ({ text }) => {
      if (text === 'wait') await gate.passed()
      return text.toUpperCase()
    }),
  })
  const { client } = world
  await client.files.list()
  await client.batches.list()

  const lines = `${tasks(3)}${taskLine('bad', 'no model', { model: 'gpt-0' })}\n${taskLine('worse', '', { messages: [] })}\n`
  const fileId = await upload(client, lines.replace('"gpt-0"', '"gpt-6-luna","n":7'))
  await client.files.retrieve(fileId)
  const created = await client.batches.create({
    input_file_id: fileId,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { key: 'value' },
    output_expires_after: { anchor: 'created_at', seconds: 3600 },
  })
  const completed = await batchWhen(client, created.id, 'completed')
  assert.is(assertResultLines(await textOf(client, completed.output_file_id)).length, 3)
  assert.is(assertResultLines(await textOf(client, completed.error_file_id)).length, 2)

  const failed = await batchWhen(client, (await submit(client, 'no json\n')).id, 'failed')
  assert.is(failed.errors?.data?.[0]?.code, 'invalid_json_line')
  const waiting = await submit(client, `${taskLine('a', 'wait')}\n`)
  await client.batches.cancel(waiting.id)
  gate.open()
  await client.chat.completions.create({ model: 'gpt-6-luna', messages: [{ role: 'user', content: 'hi' }] })
  await client.files.list({ purpose: 'batch_output', limit: 1 })
  await client.batches.list({ limit: 1 })
  await client.files.delete(fileId)

  assert.is((await refusal(client.batches.cancel(created.id))).status, 409)
  assert.is((await refusal(client.batches.cancel('batch_none'))).status, 404)
  assert.is((await refusal(client.batches.retrieve('batch_none'))).status, 404)
  assert.is((await refusal(createBatch(client, 'file-none'))).status, 400)
  assert.is((await refusal(client.batches.list({ limit: 101 }))).status, 400)
  assert.is((await refusal(client.files.retrieve('file-none'))).status, 404)
  assert.is((await refusal(client.files.content('file-none'))).status, 404)
  assert.is((await refusal(client.files.delete('file-none'))).status, 404)
  assert.is((await refusal(client.files.list({ limit: 0 }))).status, 400)
  const evals = client.files.create({ file: new File(['x'], 'x'), purpose: 'evals' })
  assert.is((await refusal(evals)).status, 400)
  assert.is((await refusal(client.chat.completions.create({ model: 'gpt-0', messages: [] }))).status, 400)

  assert.equal([...seenAnswers].sort(), [
    'DELETE /files/{file_id} 200',
    'DELETE /files/{file_id} 404',
    'GET /batches 200',
    'GET /batches 400',
    'GET /batches/{batch_id} 200',
    'GET /batches/{batch_id} 404',
    'GET /files 200',
    'GET /files 400',
    'GET /files/{file_id} 200',
    'GET /files/{file_id} 404',
    'GET /files/{file_id}/content 200',
    'GET /files/{file_id}/content 404',
    'POST /batches 200',
    'POST /batches 400',
    'POST /batches/{batch_id}/cancel 200',
    'POST /batches/{batch_id}/cancel 404',
    'POST /batches/{batch_id}/cancel 409',
    'POST /chat/completions 200',
    'POST /chat/completions 400',
    'POST /files 200',
    'POST /files 400',
  ])
})

contract('also holds for a request without a key, an unknown address, and a failing responder', async () => {
  await using world = await makeWorld({
    respond: async () => {
      throw new Error('secret details')
    },
  })
  const { client, url } = world
  const unknown = await refusal(client.get('/models'))
  assert.equal([unknown.status, unknown.message], [404, '404 Invalid URL (GET /v1/models)'])
  const keyless = await fetch(`${url}/files`)
  assert.is(keyless.status, 401)
  assert.match(String(keyless.headers.get('x-request-id')), /^req_/)
  const { error } = (await keyless.json()) as { error: { type: string; code: string } }
  assert.equal([error.type, error.code], ['invalid_request_error', 'missing_api_key'])
  const emptyKey = await fetch(`${url}/files`, { headers: { authorization: 'Bearer ' } })
  assert.is(emptyKey.status, 401)
  const failing = await refusal(
    client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }),
  )
  assert.equal([failing.status, failing.type], [500, 'server_error'])
  assert.not.match(failing.message, 'secret')
  assert.match(world.events.join('\n'), 'secret details')
})

contract('is a check that can fail', () => {
  const batch = { id: 'batch_1', object: 'batch', endpoint: '/v1/chat/completions', input_file_id: 'file-1' }
  const whole = { ...batch, completion_window: '24h', status: 'validating', created_at: 1_795_000_000 }
  assertSchema('Batch', whole)
  assert.throws(() => assertSchema('Batch', batch), /required property 'status'/)
  assert.throws(() => assertSchema('Batch', { ...whole, status: 'queued' }), /allowed values/)
  assert.throws(() => assertSchema('Batch', { ...whole, created_at: '2026' }), /must be integer/)
  assert.throws(
    () => assertResultLines('{"id":"a","custom_id":"b","response":{"status_code":200,"body":{}}}'),
    /choices/,
  )
})

contract.run()
