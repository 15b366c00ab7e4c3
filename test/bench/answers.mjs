// Answers as a provider writes them: lines of about 1.5 KB.
import { fingerprintOf } from './fingerprint.mjs'

const garment = {
  ...{
    category: 'dress',
    type: 'wrap dress',
    colors: ['navy', 'white'],
    pattern: 'floral',
    material: 'chiffon',
  },
  ...{
    fit: 'regular',
    length: 'midi',
    sleeve: 'short',
    neckline: 'v_neck',
    details: ['belted waist', 'ruffled hem'],
  },
}
const sneakers = {
  ...{
    category: 'sneakers',
    type: 'low-top sneakers',
    colors: ['white'],
    pattern: 'solid',
    material: 'leather',
  },
  ...{ fit: 'unknown', length: 'unknown', sleeve: 'unknown', neckline: 'unknown', details: [] },
}

/** What the `original` profile asks for. */
export function analysisOf(id) {
  return {
    description: `Picture ${id}: a woman wears a navy floral wrap dress with white sneakers on a city street.`,
    garments: [garment, sneakers],
    ...{
      styles: ['casual', 'romantic'],
      occasion: 'everyday',
      seasons: ['spring', 'summer'],
      palette: ['navy', 'white'],
    },
    ...{
      setting: 'street',
      people_count: 1,
      visible_text: null,
      brand: null,
      quality: 'high',
      confidence: 0.86,
    },
  }
}

export function resultLine(id) {
  const message = {
    role: 'assistant',
    content: JSON.stringify(analysisOf(id)),
    refusal: null,
    annotations: [],
  }
  const usage = {
    ...{ prompt_tokens: 1204, completion_tokens: 228, total_tokens: 1432 },
    prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0 },
  }
  const body = {
    ...{
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 1767225600,
      model: 'gpt-6-luna-2026-08-01',
    },
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    ...{ usage, service_tier: 'default', system_fingerprint: 'fp_0123456789' },
  }
  const response = { status_code: 200, request_id: `req_${fingerprintOf(id)}`, body }
  return `${JSON.stringify({ id: `batch_req_${id}`, custom_id: `${id}-${fingerprintOf(id)}`, response, error: null })}\n`
}

/** The numbers from..to in an order without order, the same at each call: providers shuffle the lines of a file. */
export function shuffled(from, to) {
  const ids = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  let seed = 42
  for (let at = ids.length - 1; at > 0; at--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    const other = seed % (at + 1)
    ;[ids[at], ids[other]] = [ids[other], ids[at]]
  }
  return ids
}
