import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseCustomId } from '../../../pipeline/batch/custom-id.js'
import { profiles } from '../../../assets/analysis/profile.js'
import { fingerprintOf } from '../../../assets/request/fingerprint.js'
import { recipeRecord } from '../../../assets/request/recipe-record.js'
import { lineWriter, requestBody } from '../../../assets/request/request-template.js'
import { builtInCatalogue } from '../../../data/catalogue/catalogue.js'
import { defaultSettings } from '../../../assets/default-settings.js'
import type { Settings } from '../../../assets/settings.js'

const requests = suite('requests')

const settings: Settings = { ...defaultSettings, images: '/photos' }
const request = { id: 12, fingerprint: 'ab'.repeat(20) }

requests('are one line of JSON with the picture inlined whole, whatever its size', () => {
  const write = lineWriter(settings, builtInCatalogue)
  for (const bytes of [1, 2, 3, 24_575, 24_576, 24_577, 300_000]) {
    const jpeg = Buffer.from(Uint8Array.from({ length: bytes }, (_, index) => (index * 31) % 256))
    const line = write(request, jpeg)
    assert.is(line.indexOf('\n'), line.length - 1)
    const { custom_id, method, url, body } = JSON.parse(line.toString())
    assert.equal(parseCustomId(custom_id), request)
    assert.equal([method, url], ['POST', '/v1/chat/completions'])
    const [part] = body.messages[1].content
    const [head, data] = part.image_url.url.split(',')
    assert.is(head, 'data:image/jpeg;base64')
    assert.ok(Buffer.from(data, 'base64').equals(jpeg), `${bytes} bytes`)
    assert.is(part.image_url.detail, 'low')
  }
})

requests('send each model only the parameters that it takes', () => {
  for (const { id, parameters } of builtInCatalogue.models) {
    const body = requestBody({ ...settings, model: id }, builtInCatalogue)
    assert.is('temperature' in body, parameters.temperature, id)
    assert.is(body['reasoning_effort'], parameters.leastReasoningEffort, id)
    assert.type(body['max_completion_tokens'], 'number')
  }
})

requests('ask as their profile says', () => {
  for (const profile of ['original', 'compact'] as const) {
    const body = requestBody({ ...settings, profile }, builtInCatalogue) as {
      messages: { content: unknown }[]
      response_format: unknown
    }
    assert.is(body.messages[0]!.content, profiles[profile].prompt)
    assert.equal(body.response_format, profiles[profile].responseFormat)
  }
})

requests('have another fingerprint for everything that shapes an answer, and for nothing else', () => {
  const fingerprint = (change: Partial<Settings>) =>
    recipeRecord({ ...settings, ...change }, builtInCatalogue).digest
  const same = fingerprint({})
  const shaping: Partial<Settings>[] = [
    { model: 'gpt-4o' },
    { profile: 'original' },
    { detail: 'high' },
    { max_side_px: 768 },
    { jpeg_quality: 90 },
    { provider: 'local' },
  ]
  const digests = shaping.map(fingerprint)
  assert.is(new Set([same, ...digests]).size, shaping.length + 1)
  const notShaping: Partial<Settings>[] = [
    { images: '/elsewhere' },
    { part_requests: 5 },
    { part_bytes: 5 },
    { enqueued_tokens: 5 },
  ]
  for (const change of notShaping) assert.is(fingerprint(change), same, JSON.stringify(change))
})

requests('have a fingerprint of 40 hex characters that keeps its parts apart', () => {
  assert.match(fingerprintOf('a', 'bc'), /^[0-9a-f]{40}$/)
  assert.is.not(fingerprintOf('a', 'bc'), fingerprintOf('ab', 'c'))
})

requests.run()
