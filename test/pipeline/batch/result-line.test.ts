import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readResultLine } from '../../../pipeline/batch/result-line.js'

const reading = suite('reading a line of a results file')

const fingerprint = 'ab'.repeat(20)
const custom_id = `7-${fingerprint}`

function read(line: object) {
  return readResultLine(Buffer.from(JSON.stringify({ id: 'x', custom_id, error: null, ...line })))
}

function failureOf(line: object) {
  const result = read(line)
  if (result.kind !== 'result' || 'content' in result.result) throw new Error('expected a failure')
  return result.result
}

function answered(message: object, more: object = {}) {
  const body = { model: 'm-1', choices: [{ index: 0, finish_reason: 'stop', message, ...more }] }
  return { response: { status_code: 200, request_id: 'r', body } }
}

reading('finds the content, the request and the usage of an answer', () => {
  const line = answered({ role: 'assistant', content: '{"a":1}', refusal: null })
  Object.assign(line.response.body, {
    usage: {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 5 },
    },
  })
  assert.equal(read(line), {
    kind: 'result',
    id: 7,
    fingerprint,
    model: 'm-1',
    usage: { inputTokens: 100, cachedTokens: 40, outputTokens: 20, reasoningTokens: 5 },
    tier: undefined,
    result: { content: '{"a":1}' },
  })
})

reading('keeps a long answer whole', () => {
  const content = 'x'.repeat(5_000)
  const line = read(answered({ content }))
  assert.equal(line.kind === 'result' && line.result, { content })
})

reading('calls what is not a JSON object, or names no request, nonsense', () => {
  for (const text of ['', '{"custom_id":', '[]', 'null', '"7"', '<html>', '{}']) {
    assert.is(readResultLine(Buffer.from(text)).kind, 'nonsense', text)
  }
  assert.is(readResultLine(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])).kind, 'nonsense')
})

reading('calls a request that we cannot have named foreign', () => {
  for (const id of ['request-1', '0-' + fingerprint, '7-abc', '7', 7, `7-${fingerprint}0`]) {
    assert.is(read({ custom_id: id }).kind, 'foreign', String(id))
  }
})

const failures: [string, object, { tally: string; code: string; isRetryable: boolean }][] = [
  [
    'an expired line',
    { response: null, error: { code: 'batch_expired', message: 'late' } },
    { tally: 'expired', code: 'batch_expired', isRetryable: true },
  ],
  [
    'a cancelled line',
    { response: null, error: { code: 'batch_cancelled', message: '' } },
    { tally: 'cancelled', code: 'batch_cancelled', isRetryable: true },
  ],
  [
    'another error',
    { response: null, error: { code: 'server_error', message: 'x' } },
    { tally: 'failed', code: 'server_error', isRetryable: true },
  ],
  [
    'a bad request',
    { response: { status_code: 400, body: { error: { code: 'invalid_image_format', message: 'bad' } } } },
    { tally: 'failed', code: 'invalid_image_format', isRetryable: false },
  ],
  [
    'a rate limit',
    { response: { status_code: 429, body: {} } },
    { tally: 'failed', code: 'status_429', isRetryable: true },
  ],
  [
    'a server failure',
    { response: { status_code: 503, body: {} } },
    { tally: 'failed', code: 'status_503', isRetryable: true },
  ],
  [
    'status 0 with an empty body',
    { response: { status_code: 0, body: {} } },
    { tally: 'failed', code: 'status_0', isRetryable: true },
  ],
  [
    'neither response nor error',
    { response: null },
    { tally: 'failed', code: 'no_response', isRetryable: true },
  ],
  [
    '200 with an empty body',
    { response: { status_code: 200, body: '' } },
    { tally: 'failed', code: 'empty_body', isRetryable: true },
  ],
  [
    '200 without choices',
    { response: { status_code: 200, body: { choices: [] } } },
    { tally: 'failed', code: 'empty_body', isRetryable: true },
  ],
  [
    'a refusal',
    answered({ content: null, refusal: 'I cannot' }),
    { tally: 'failed', code: 'refused', isRetryable: false },
  ],
  [
    'an answer cut off',
    answered({ content: '{"a":' }, { finish_reason: 'length' }),
    { tally: 'failed', code: 'cut_off', isRetryable: false },
  ],
  [
    'a content filter',
    answered({ content: '' }, { finish_reason: 'content_filter' }),
    { tally: 'failed', code: 'content_filter', isRetryable: false },
  ],
  [
    'an empty answer',
    answered({ content: '' }),
    { tally: 'failed', code: 'empty_answer', isRetryable: true },
  ],
]

for (const [what, line, expected] of failures) {
  reading(`tells the reason of ${what}, and whether another try can help`, () => {
    const { tally, code, isRetryable, message } = failureOf(line)
    assert.equal({ tally, code, isRetryable }, expected)
    assert.ok(message.length > 0 && message.length <= 300)
  })
}

reading('never lets parts of the usage exceed their whole, and takes nonsense numbers as none', () => {
  const line = answered({ content: 'x' })
  const usage = {
    ...{ prompt_tokens: 10, completion_tokens: -4, prompt_tokens_details: { cached_tokens: 99 } },
    completion_tokens_details: { reasoning_tokens: Number.MAX_SAFE_INTEGER },
  }
  Object.assign(line.response.body, { usage })
  const result = read(line)
  assert.equal(result.kind === 'result' && result.usage, {
    inputTokens: 10,
    cachedTokens: 10,
    outputTokens: 0,
    reasoningTokens: 0,
  })
})

reading('takes a count that no model can reach as none, so that what it costs can be stored', () => {
  const line = answered({ content: 'x' })
  Object.assign(line.response.body, {
    usage: { prompt_tokens: 5, completion_tokens: Number.MAX_SAFE_INTEGER },
  })
  const result = read(line)
  assert.is(result.kind === 'result' && result.usage?.outputTokens, 0)
})

reading.run()
