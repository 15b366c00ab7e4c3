// A batch at the embedded local server, with a responder that answers at once: what is left is the server.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createArtifact } from '../../dist/data/artifacts.js'
import { systemClock } from '../../dist/pipeline/clock.js'
import { startLocalServer } from '../../dist/pipeline/provider/local-server/local-server.js'
import { openaiProvider } from '../../dist/pipeline/provider/openai-provider.js'
import { analysisOf } from './answers.mjs'
import { fingerprintOf } from './fingerprint.mjs'

export const stage = {
  unit: 'requests',
  goal: { perSecond: 10_000, peakMb: 250 },
  sizes: { usual: [5_000, 50_000], full: [5_000, 50_000] },
  ways: ['ours'],
}

export async function prepare({ folder, size }) {
  const artifact = await createArtifact(join(folder, 'tasks.jsonl'))
  for (let id = 1; id <= size; id++) await artifact.write(taskLine(id))
  await artifact.commit()
}

function taskLine(id) {
  const picture = createHash('sha512').update(String(id)).digest('base64').repeat(30)
  const content = [
    { type: 'image_url', image_url: { url: `data:image/jpeg;base64,${picture}`, detail: 'low' } },
  ]
  const messages = [
    { role: 'system', content: 'Describe the picture.' },
    { role: 'user', content },
  ]
  const body = { model: 'gpt-6-luna', messages }
  return `${JSON.stringify({ custom_id: `${id}-${fingerprintOf(id)}`, method: 'POST', url: '/v1/chat/completions', body })}\n`
}

export function respondAtOnce() {
  const message = { role: 'assistant', content: JSON.stringify(analysisOf(1)), refusal: null }
  const usage = { prompt_tokens: 1204, completion_tokens: 228, total_tokens: 1432 }
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }]
  const answer = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-6-luna',
    choices,
    usage,
  }
  return async () => answer
}

export async function ours({ folder, time }) {
  const directory = join(folder, `server-${process.pid}`)
  const server = await startLocalServer({ directory, respond: respondAtOnce(), clock: systemClock })
  const provider = openaiProvider({ apiKey: 'key', baseUrl: server.url })
  const { signal } = new AbortController()
  const inputFileId = await provider.upload(join(folder, 'tasks.jsonl'), 'tasks.jsonl', signal)
  await time(async () => {
    let batch = await provider.createBatch({ inputFileId, metadata: {} }, signal)
    while (batch.status !== 'completed') {
      await sleep(20)
      batch = await provider.retrieveBatch(batch.id, signal)
    }
  })
  await server.close()
}
