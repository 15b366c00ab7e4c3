// A results file of up to 200 MB from a server that only sends it, to the disk.
import { createWriteStream } from 'node:fs'
import { get } from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { downloadFile } from '../../dist/pipeline/batch/collect.js'
import { openaiProvider } from '../../dist/pipeline/provider/openai-provider.js'
import { withSink } from './sink.mjs'
import { prepare } from './upload.mjs'

export const stage = {
  unit: 'MB',
  limit: 'a loopback copy of the same bytes',
  goal: { atLeast: 0.8, peakMb: 150 },
  sizes: { usual: [20, 200], full: [20, 200] },
  ways: ['limit', 'ours'],
}

export { prepare }

export function limit({ folder, time }) {
  return withSink(folder, async (url) => {
    await time(async () => {
      const [response] = await once(get(`${url}/files/f/content`), 'response')
      await pipeline(response, createWriteStream(join(folder, 'limit.out'), { flush: true }))
    })
  })
}

export function ours({ folder, time }) {
  return withSink(folder, async (url) => {
    const provider = openaiProvider({ apiKey: 'key', baseUrl: url })
    const { signal } = new AbortController()
    await time(() => downloadFile('f', join(folder, 'ours.out'), { provider, signal }))
  })
}
