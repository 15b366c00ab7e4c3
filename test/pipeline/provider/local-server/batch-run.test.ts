import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RespondError } from '../../../../pipeline/provider/local-server/respond.js'
import { assertResultLines } from './contract.js'
import { Gate } from './gate.js'
import { StoppedClock } from './stopped-clock.js'
import {
  answerTo,
  batchWhen,
  createBatch,
  makeWorld,
  refusal,
  submit,
  taskLine,
  tasks,
  textOf,
  until,
  upload,
} from './world.js'
import { idsIn, textIn } from './result-ids.js'

const running = suite('running a batch')

running('answers every line once, and sums up counts and usage', async () => {
  await using world = await makeWorld()
  const { client } = world
  const created = await submit(client, tasks(25))
  assert.is(created.status, 'validating')
  assert.is(created.model, null)
  const batch = await batchWhen(client, created.id, 'completed')
  assert.equal(batch.request_counts, { total: 25, completed: 25, failed: 0 })
  assert.is(batch.model, 'gpt-6-luna')
  assert.is(batch.error_file_id, null)
  assert.equal(batch.usage, {
    input_tokens: 250,
    input_tokens_details: { cached_tokens: 100 },
    output_tokens: 50,
    output_tokens_details: { reasoning_tokens: 25 },
    total_tokens: 300,
  })
  for (const instant of [batch.in_progress_at, batch.finalizing_at, batch.completed_at])
    assert.type(instant, 'number')
  const lines = assertResultLines(await textOf(client, batch.output_file_id)) as {
    custom_id: string
    response: { body: ReturnType<typeof answerTo> }
  }[]
  assert.equal(
    Object.fromEntries(lines.map((line) => [line.custom_id, line.response.body.choices[0]?.message.content])),
    Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`line-${at}`, `TEXT ${at}`])),
  )
  const file = await client.files.retrieve(batch.output_file_id!)
  assert.is(file.purpose, 'batch_output')
  assert.is(file.filename, `${batch.id}_output.jsonl`)
  assert.is(file.bytes, Buffer.byteLength(await textOf(client, file.id)))
})

running('puts failures into the error file, each with its own status', async () => {
  await using world = await makeWorld({
    respond: async (request) => {
      const text = textIn(request)
      if (text === 'filtered') throw new RespondError({ status: 400, code: 'content_filter', message: 'No.' })
      if (text === 'busy') throw new RespondError({ status: 429, code: null, message: 'Later.' })
      if (text === 'bug') throw new TypeError('secret')
      return answerTo(request)
    },
  })
  const texts = ['fine', 'filtered', 'busy', 'bug']
  const lines = texts.map((text) => taskLine(text, text))
  lines.push(taskLine('empty', 'x', { messages: [] }), taskLine('modelless', 'x', { model: undefined }))
  const { id } = await submit(world.client, lines.join('\n'))
  const batch = await batchWhen(world.client, id, 'completed')
  assert.equal(batch.request_counts, { total: 6, completed: 1, failed: 5 })
  assert.equal(idsIn(await textOf(world.client, batch.output_file_id)), ['fine'])
  const errors = assertResultLines(await textOf(world.client, batch.error_file_id)) as {
    custom_id: string
    response: { status_code: number; body: { error: { code: string; message: string } } }
  }[]
  const told = Object.fromEntries(
    errors.map(({ custom_id, response }) => [custom_id, [response.status_code, response.body.error.code]]),
  )
  assert.equal(told, {
    filtered: [400, 'content_filter'],
    busy: [429, null],
    bug: [500, 'server_error'],
    empty: [400, 'invalid_value'],
    modelless: [400, 'missing_required_parameter'],
  })
  assert.not.match(JSON.stringify(errors), 'secret')
  assert.match(world.events.join('\n'), 'TypeError: secret')
})

running('has no output file when every line failed', async () => {
  await using world = await makeWorld({
    respond: async () => {
      throw new RespondError({ status: 400, code: 'no', message: 'No.' })
    },
  })
  const { id } = await submit(world.client, tasks(2))
  const batch = await batchWhen(world.client, id, 'completed')
  assert.is(batch.output_file_id, null)
  assert.is(idsIn(await textOf(world.client, batch.error_file_id)).length, 2)
})

running('answers as many lines at once as it may, one batch after another', async () => {
  const gate = new Gate()
  let inFlight = 0
  let most = 0
  const order: string[] = []
  await using world = await makeWorld({
    concurrency: 3,
    respond: async (request) => {
      most = Math.max(most, ++inFlight)
      order.push(textIn(request))
      await gate.passed()
      inFlight--
      return answerTo(request)
    },
  })
  const { client } = world
  const first = await submit(client, tasks(5))
  await batchWhen(client, first.id, 'in_progress')
  const second = await submit(client, `${taskLine('b', 'second batch')}\n`)
  await batchWhen(client, second.id, 'in_progress')
  await until(() => inFlight === 3)
  assert.equal(order, ['text 0', 'text 1', 'text 2'])
  gate.open()
  await batchWhen(client, second.id, 'completed')
  assert.is(most, 3)
  assert.is(order.at(-1), 'second batch')
  // Its last line was answered before; its files may take longer.
  await batchWhen(client, first.id, 'completed')
})

running('moves its counts as lines are finished', async () => {
  const gates = [new Gate(), new Gate(), new Gate()]
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request) => {
      await gates[Number(textIn(request).slice(5))]?.passed()
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(3))
  for (const [at, gate] of gates.entries()) {
    const batch = await batchWhen(
      world.client,
      id,
      (seen) => seen.request_counts?.completed === at && gate.arrivals === 1,
    )
    assert.equal(batch.request_counts, { total: 3, completed: at, failed: 0 })
    gate.open()
  }
  await batchWhen(world.client, id, 'completed')
})

running('keeps its results as long as it was asked to', async () => {
  const clock = new StoppedClock()
  await using world = await makeWorld({ clock })
  const { client } = world
  const { id, created_at } = await client.batches.create({
    input_file_id: await upload(client, tasks(1)),
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    output_expires_after: { anchor: 'created_at', seconds: 7200 },
  })
  const { output_file_id } = await batchWhen(client, id, 'completed')
  assert.is((await client.files.retrieve(output_file_id!)).expires_at, created_at + 7200)
  clock.advance(2 * 3_600_000)
  assert.is((await refusal(client.files.content(output_file_id!))).status, 404)
})

running('does not lose its input while it needs it', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const { client } = world
  const fileId = await upload(client, tasks(1))
  const { id } = await createBatch(client, fileId)
  const error = await refusal(client.files.delete(fileId))
  assert.equal([error.status, error.code], [409, 'file_in_use'])
  gate.open()
  await batchWhen(client, id, 'completed')
  await client.files.delete(fileId)
})

running('takes the same input file for a second batch', async () => {
  await using world = await makeWorld()
  const { client } = world
  const fileId = await upload(client, tasks(2))
  const batches = [await createBatch(client, fileId), await createBatch(client, fileId)]
  const outputs = new Set<string>()
  for (const { id } of batches) outputs.add((await batchWhen(client, id, 'completed')).output_file_id!)
  assert.is(outputs.size, 2)
})

running('counts what an upstream does not report as nothing', async () => {
  await using world = await makeWorld({
    respond: async (request) => {
      const { usage: _, ...answer } = answerTo(request)
      return answer
    },
  })
  const { id } = await submit(world.client, tasks(2))
  const batch = await batchWhen(world.client, id, 'completed')
  assert.is(batch.usage?.total_tokens, 0)
})

running.run()
