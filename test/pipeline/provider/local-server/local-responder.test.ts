import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import sharp from 'sharp'
import { HemlineError } from '../../../../pipeline/errors.js'
import {
  type AnalyserInput,
  localResponder,
} from '../../../../pipeline/provider/local-server/local-responder.js'
import { type ChatRequest, RespondError } from '../../../../pipeline/provider/local-server/respond.js'
import { rejection } from '../../../rejection.js'
import { assertSchema } from './contract.js'
import { StoppedClock } from './stopped-clock.js'

const responding = suite('the local responder')
const unaborted = new AbortController().signal
const blank = { width: 1080, height: 1350, channels: 3, background: '#c86' } as const

async function jpegUrl(): Promise<string> {
  const jpeg = await sharp({ create: blank }).jpeg().toBuffer()
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`
}

function asking(content: unknown, parameters: Record<string, unknown> = {}): ChatRequest {
  return { model: 'gpt-6-luna', messages: [{ role: 'user', content }], ...parameters }
}

async function refused(request: ChatRequest, analyse = async () => 'x'): Promise<RespondError> {
  const error = await rejection(localResponder(analyse)(request, unaborted))
  if (error instanceof RespondError) return error
  throw error
}

responding('gives the analyser what the request shows and tells, decoded', async () => {
  const inputs: AnalyserInput[] = []
  const respond = localResponder(async (input) => {
    inputs.push(input)
    return 'answer'
  })
  const schema = { type: 'object' }
  await respond(
    {
      model: 'gpt-6-luna',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'one' },
            { type: 'image_url', image_url: { url: await jpegUrl(), detail: 'low' } },
            { type: 'text', text: 'two' },
            { type: 'image_url', image_url: { url: await jpegUrl() } },
          ],
        },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'garment', strict: true, schema } },
    },
    unaborted,
  )
  const [input] = inputs
  assert.is(input?.model, 'gpt-6-luna')
  assert.is(input?.text, 'Be brief.\n\none\ntwo')
  assert.is(input?.responseFormatName, 'garment')
  assert.equal(input?.schema, schema)
  assert.equal(
    input?.images.map(({ detail }) => detail),
    ['low', 'auto'],
  )
  assert.is((await sharp(input?.images[0]?.bytes).metadata()).width, 1080)
})

responding('answers with a whole chat completion, at the time of the clock', async () => {
  const respond = localResponder(async () => 'red', new StoppedClock('2026-11-23T12:00:00.700Z'))
  const answer = await respond(asking('colour?'), unaborted)
  assertSchema('CreateChatCompletionResponse', answer)
  assert.is(answer.created, Date.parse('2026-11-23T12:00:00Z') / 1000)
  assert.is(answer.model, 'gpt-6-luna')
  assert.is(answer.choices[0]?.message.content, 'red')
  assert.is(answer.choices[0]?.finish_reason, 'stop')
})

responding(
  'counts the text, the frame of the messages, the schema, the pictures and the answer',
  async () => {
    const respond = localResponder(async () => 'hello world')
    const tokensOf = async (request: ChatRequest) => (await respond(request, unaborted)).usage!
    // 3 before the answer, 3 for the message, 1 for its role, 2 for "hello world".
    const plain = await tokensOf(asking('hello world'))
    assert.equal([plain.prompt_tokens, plain.completion_tokens, plain.total_tokens], [9, 2, 11])
    const named = await tokensOf({
      model: 'gpt-6-luna',
      messages: [{ role: 'user', name: 'user', content: 'hello world' }],
    })
    assert.is(named.prompt_tokens, 9 + 2)
    const picture = { type: 'image_url', image_url: { url: await jpegUrl(), detail: 'low' } }
    const seen = await tokensOf(asking([{ type: 'text', text: 'hello world' }, picture]))
    assert.is(seen.prompt_tokens, 9 + 250)
    const twice = await tokensOf({ ...asking([picture, picture]), model: 'gpt-4o-mini' })
    assert.is(twice.prompt_tokens, 7 + 2 * 2833)
    const schema = { type: 'object' }
    const format = { type: 'json_schema', json_schema: { name: 'n', schema } }
    // {"type":"object"} is 5 tokens.
    const structured = await tokensOf(asking('hello world', { response_format: format }))
    assert.is(structured.prompt_tokens, 9 + 5)
  },
)

responding('counts words that look like control tokens as text', async () => {
  const respond = localResponder(async () => '<|endoftext|>')
  const { usage } = await respond(asking('<|im_start|> <|endoftext|>'), unaborted)
  assert.ok(usage!.prompt_tokens > 12)
  assert.ok(usage!.completion_tokens > 3)
})

responding('cuts the answer at the most tokens asked for, and says so', async () => {
  const respond = localResponder(async () => 'one two three four five six')
  for (const limit of ['max_completion_tokens', 'max_tokens']) {
    const answer = await respond(asking('count', { [limit]: 3 }), unaborted)
    assert.is(answer.choices[0]?.finish_reason, 'length')
    assert.is(answer.choices[0]?.message.content, 'one two three')
    assert.is(answer.usage?.completion_tokens, 3)
  }
  const enough = await respond(asking('count', { max_completion_tokens: 6 }), unaborted)
  assert.is(enough.choices[0]?.finish_reason, 'stop')
})

responding('passes on what the analyser refuses', async () => {
  const unknown = await refused(asking('x'), async () => {
    throw new RespondError({
      status: 400,
      code: 'unknown_schema',
      message: 'no such schema',
      param: 'response_format',
    })
  })
  assert.equal([unknown.status, unknown.code, unknown.param], [400, 'unknown_schema', 'response_format'])
  const unreadable = await refused(asking('x'), async () => {
    throw new HemlineError({ code: 'unreadable_image', message: 'the picture is torn' })
  })
  assert.equal(
    [unreadable.status, unreadable.code, unreadable.message],
    [400, 'unreadable_image', 'the picture is torn'],
  )
})

responding('does not take a fault of the analyser for one of the request', async () => {
  const fault = new TypeError('a bug')
  const respond = localResponder(async () => {
    throw fault
  })
  assert.is(await rejection(respond(asking('x'), unaborted)), fault)
})

responding('refuses requests that it would answer wrongly, and names the parameter', async () => {
  const picture = (url: string, detail = 'low') => asking([{ type: 'image_url', image_url: { url, detail } }])
  const png = await sharp({ create: { ...blank, width: 8, height: 8 } })
    .png()
    .toBuffer()
  const tiff = await sharp(png).tiff().toBuffer()
  const frame = Buffer.alloc(8 * 8 * 3, 1)
  const animated = await sharp(Buffer.concat([frame, Buffer.alloc(8 * 8 * 3, 250)]), {
    raw: { width: 8, height: 16, channels: 3, pageHeight: 8 },
  })
    .gif()
    .toBuffer()
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
  const dataUrl = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`
  const cases: [ChatRequest, string | null, string | null][] = [
    [{ ...asking('x'), model: 'gpt-0' }, 'model_not_found', 'model'],
    [asking('x', { n: 2 }), 'invalid_value', 'n'],
    [asking([]), 'invalid_value', 'messages.0.content'],
    [
      { model: 'gpt-6-luna', messages: [{ role: 'robot', content: 'x' }] },
      'invalid_value',
      'messages.0.role',
    ],
    [{ model: 'gpt-6-luna', messages: [7] }, 'invalid_value', 'messages.0'],
    [asking('x', { response_format: { type: 'json_object' } }), 'invalid_value', 'response_format.type'],
    [asking('x', { max_completion_tokens: 0 }), 'invalid_value', 'max_completion_tokens'],
    [picture('https://example.org/a.jpg'), 'invalid_image_url', 'messages'],
    [picture('data:image/png;base64,????'), 'invalid_base64', 'messages'],
    [picture(dataUrl(png).slice(0, -1)), 'invalid_base64', 'messages'],
    [picture(dataUrl(Buffer.from('<html>'))), 'invalid_image_format', 'messages'],
    [picture(dataUrl(tiff)), 'invalid_image_format', 'messages'],
    [picture(dataUrl(svg)), 'invalid_image_format', 'messages'],
    [picture(dataUrl(animated)), 'invalid_image_format', 'messages'],
    [picture(dataUrl(png), 'huge'), 'invalid_value', 'messages.0.content'],
  ]
  for (const [request, code, param] of cases) {
    const error = await refused(request)
    assert.equal([error.code, error.param], [code, param], error.message)
    assert.is(error.status, code === 'model_not_found' ? 404 : 400)
  }
})

responding.run()
