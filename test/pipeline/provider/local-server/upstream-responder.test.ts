import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Clock, systemClock } from '../../../../pipeline/clock.js'
import { localResponder } from '../../../../pipeline/provider/local-server/local-responder.js'
import { RespondError } from '../../../../pipeline/provider/local-server/respond.js'
import { upstreamResponder } from '../../../../pipeline/provider/local-server/upstream-responder.js'
import { rejection } from '../../../rejection.js'
import { assertResultLines } from './contract.js'
import { answerTo, batchWhen, makeWorld, refusal, submit, taskLine, textOf, until } from './world.js'

const upstreams = suite('the upstream responder')
const unaborted = new AbortController().signal
const request = { model: 'llava', messages: [{ role: 'user', content: 'hi' }], temperature: 0 }

/** An upstream that answers as the test says. */
async function serve(answer: (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => void) {
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then((body) => answer(incoming, outgoing, body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A clock that does not sleep, but notes for how long it was asked to. */
function hastyClock(): Clock & { slept_ms: number[] } {
  const slept_ms: number[] = []
  return {
    slept_ms,
    now: () => new Date('2026-11-23T12:00:00Z'),
    sleep: async (ms) => void slept_ms.push(ms),
  }
}

async function failureOf(baseUrl: string, clock: Clock = hastyClock()): Promise<RespondError> {
  const error = await rejection(upstreamResponder({ baseUrl, clock })(request, unaborted))
  if (error instanceof RespondError) return error
  throw error
}

upstreams('a key that the upstream refuses and quotes is not passed on', async () => {
  await using upstream = await serve((_, outgoing) => {
    const body = { error: { message: 'no entry with open-sesame' } }
    outgoing.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const keyed = upstreamResponder({ baseUrl: upstream.baseUrl, apiKey: 'open-sesame', clock: hastyClock() })
  const error = await rejection(keyed(request, unaborted))
  assert.equal([error.message, (error as RespondError).status], ['no entry with ***', 401])
})

upstreams('give a batch API to another server: answers and errors pass through', async () => {
  await using upstream = await makeWorld({
    respond: localResponder(async (input) => input.text.toUpperCase()),
  })
  const respond = upstreamResponder({ baseUrl: upstream.url, apiKey: 'any', clock: systemClock })
  await using world = await makeWorld({ respond })
  const lines = [taskLine('fine', 'hello'), taskLine('wrong', 'x', { n: 3 })]
  const { id } = await submit(world.client, lines.join('\n'))
  const batch = await batchWhen(world.client, id, 'completed')
  const [fine] = assertResultLines(await textOf(world.client, batch.output_file_id)) as [
    { response: { body: ReturnType<typeof answerTo> } },
  ]
  assert.is(fine.response.body.choices[0]?.message.content, 'HELLO')
  assert.is(batch.usage?.input_tokens, fine.response.body.usage?.prompt_tokens)
  const [wrong] = assertResultLines(await textOf(world.client, batch.error_file_id)) as [
    { response: { status_code: number; body: { error: { param: string; code: string } } } },
  ]
  assert.is(wrong.response.status_code, 400)
  assert.equal([wrong.response.body.error.param, wrong.response.body.error.code], ['n', 'invalid_value'])
  const unknown = await refusal(
    world.client.chat.completions.create({ model: 'gpt-0', messages: [{ role: 'user', content: 'x' }] }),
  )
  assert.equal([unknown.status, unknown.code], [404, 'model_not_found'])
})

upstreams('are asked with the whole request and their own key, or none', async () => {
  const seen: unknown[] = []
  await using upstream = await serve((incoming, outgoing, body) => {
    seen.push([incoming.method, incoming.url, incoming.headers.authorization, JSON.parse(body)])
    outgoing.end(JSON.stringify(answerTo(request)))
  })
  const clock = hastyClock()
  const keyed = upstreamResponder({ baseUrl: `${upstream.baseUrl}/`, apiKey: 'secret', clock })
  assert.equal(await keyed(request, unaborted), answerTo(request))
  await upstreamResponder({ baseUrl: upstream.baseUrl, clock })(request, unaborted)
  assert.equal(seen, [
    ['POST', '/v1/chat/completions', 'Bearer secret', request],
    ['POST', '/v1/chat/completions', undefined, request],
  ])
})

upstreams('that are busy or broken are asked again, after the pause that they name', async () => {
  const replies: [number, Record<string, string>][] = [
    [429, { 'retry-after': '7' }],
    [503, { 'retry-after': 'Mon, 23 Nov 2026 12:00:20 GMT' }],
    [500, {}],
    [200, {}],
  ]
  await using upstream = await serve((_, outgoing) => {
    const [status, headers] = replies.shift()!
    outgoing.writeHead(status, headers).end(JSON.stringify(answerTo(request)))
  })
  const clock = hastyClock()
  const answer = await upstreamResponder({ baseUrl: upstream.baseUrl, clock })(request, unaborted)
  assert.equal(answer, answerTo(request))
  assert.equal(clock.slept_ms, [7000, 20_000, 4000])
})

upstreams('that stay busy are given up after four tries, with their own words', async () => {
  let tries = 0
  await using upstream = await serve((_, outgoing) => {
    tries++
    const error = { message: 'Slow down.', type: 'requests', param: null, code: 'rate_limit_exceeded' }
    outgoing.writeHead(429, { 'retry-after': '86400' }).end(JSON.stringify({ error }))
  })
  const clock = hastyClock()
  const error = await failureOf(upstream.baseUrl, clock)
  assert.is(tries, 4)
  assert.equal(clock.slept_ms, [60_000, 60_000, 60_000])
  assert.equal(
    [error.status, error.message, error.type, error.code],
    [429, 'Slow down.', 'requests', 'rate_limit_exceeded'],
  )
})

upstreams('are not asked again for what the request got wrong', async () => {
  let tries = 0
  await using upstream = await serve((_, outgoing) => {
    tries++
    outgoing.writeHead(422).end(JSON.stringify({ error: 'model "llava" is no good' }))
  })
  const error = await failureOf(upstream.baseUrl)
  assert.is(tries, 1)
  assert.equal([error.status, error.message, error.code], [422, 'model "llava" is no good', null])
})

upstreams('that answer with something else are an error that quotes it', async () => {
  const replies: [number, string][] = [
    [200, '<html>proxy</html>'],
    [200, '{"choices":7}'],
    [200, ''],
    [204, ''],
    [404, 'page not found'],
    [404, '[]'],
  ]
  for (const [status, told] of replies) {
    await using upstream = await serve((_, outgoing) => outgoing.writeHead(status).end(told))
    const error = await failureOf(upstream.baseUrl)
    assert.is(error.status, status === 404 ? 404 : 502)
    assert.ok(error.message.includes(told), error.message)
  }
})

upstreams('that cannot be reached are tried again, then an error that says why', async () => {
  const gone = await serve(() => {})
  await gone[Symbol.asyncDispose]()
  const clock = hastyClock()
  const error = await failureOf(gone.baseUrl, clock)
  assert.equal([error.status, error.code], [502, 'upstream_unreachable'])
  assert.match(error.message, 'ECONNREFUSED')
  assert.equal(clock.slept_ms, [1000, 2000, 4000])
})

upstreams('that cut the connection are tried again', async () => {
  let tries = 0
  await using upstream = await serve((incoming, outgoing) => {
    if (++tries === 1) incoming.socket.destroy()
    else outgoing.end(JSON.stringify(answerTo(request)))
  })
  const answer = await upstreamResponder({ baseUrl: upstream.baseUrl, clock: hastyClock() })(
    request,
    unaborted,
  )
  assert.is(answer.object, 'chat.completion')
  assert.is(tries, 2)
})

upstreams('are let go when nobody waits any more', async () => {
  let arrived = false
  let left = false
  await using upstream = await serve((_, outgoing) => {
    arrived = true
    outgoing.on('close', () => (left = true))
  })
  const clock = hastyClock()
  const gone = new AbortController()
  const pending = rejection(upstreamResponder({ baseUrl: upstream.baseUrl, clock })(request, gone.signal))
  await until(() => arrived)
  gone.abort()
  await pending
  await until(() => left)
  assert.equal(clock.slept_ms, [])
})

upstreams('are let go when the client of a direct request leaves', async () => {
  let arrived = false
  let left = false
  await using upstream = await serve((_, outgoing) => {
    arrived = true
    outgoing.on('close', () => (left = true))
  })
  await using world = await makeWorld({
    respond: upstreamResponder({ baseUrl: upstream.baseUrl, clock: hastyClock() }),
  })
  const leaving = new AbortController()
  const body = { model: 'm', messages: [{ role: 'user' as const, content: 'x' }] }
  const asked = rejection(world.client.chat.completions.create(body, { signal: leaving.signal }))
  await until(() => arrived)
  leaving.abort()
  await asked
  await until(() => left)
})

upstreams.run()
