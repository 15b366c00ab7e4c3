// A tasks file of up to 200 MB to a server that only reads it.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import { createArtifact } from '../../dist/data/artifacts.js'
import { openaiProvider } from '../../dist/pipeline/provider/openai-provider.js'
import { withSink } from './sink.mjs'

const MB = 1_000_000

export const stage = {
  unit: 'MB',
  limit: 'a loopback copy of the same bytes',
  goal: { atLeast: 0.8, peakMb: 150 },
  sizes: { usual: [20, 200], full: [20, 200] },
  ways: ['limit', 'ours'],
}

export async function prepare({ folder, size }) {
  const artifact = await createArtifact(join(folder, 'file'))
  const piece = Buffer.alloc(MB, `${'x'.repeat(9_999)}\n`)
  for (let written = 0; written < size; written++) await artifact.write(piece)
  await artifact.commit()
}

export function limit({ folder, time }) {
  return withSink(folder, async (url) => {
    const { size } = await stat(join(folder, 'file'))
    await time(async () => {
      const sending = request(`${url}/files`, { method: 'POST', headers: { 'content-length': size } })
      const answered = once(sending, 'response')
      await pipeline(createReadStream(join(folder, 'file'), { highWaterMark: 1 << 18 }), sending)
      const [response] = await answered
      await response.resume().toArray()
    })
  })
}

export function ours({ folder, time }) {
  return withSink(folder, async (url) => {
    const provider = openaiProvider({ apiKey: 'key', baseUrl: url })
    const { signal } = new AbortController()
    await time(() => provider.upload(join(folder, 'file'), 'tasks.jsonl', signal))
  })
}
