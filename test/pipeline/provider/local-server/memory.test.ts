import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, openAsBlob } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import OpenAI from 'openai'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { temporaryDirectory } from './temporary-directory.js'
import { batchWhen, createBatch, taskLine } from './world.js'

const memory = suite('the memory of the local server')
const child = fileURLToPath(new URL('./memory-child.ts', import.meta.url))
const LINES = 600
const LINE_BYTES = 100_000

async function mostMemory(server: ChildProcess): Promise<number> {
  server.send('how much')
  const [bytes] = await once(server, 'message')
  return bytes
}

async function writeTasks(path: string): Promise<void> {
  const file = createWriteStream(path)
  for (let at = 0; at < LINES; at++) {
    if (!file.write(`${taskLine(`line-${at}`, 'x'.repeat(LINE_BYTES))}\n`)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
}

memory('stays far below the size of what it receives, answers and sends', async () => {
  await using folder = await temporaryDirectory()
  const path = join(folder.path, 'tasks.jsonl')
  await writeTasks(path)
  const server = fork(child, [join(folder.path, 'server')], { execArgv: ['--import', 'tsx'] })
  try {
    const [url] = await once(server, 'message')
    const client = new OpenAI({ apiKey: 'any', baseURL: url, maxRetries: 0 })
    const before = await mostMemory(server)
    const file = await client.files.create({
      file: new File([await openAsBlob(path)], 'tasks'),
      purpose: 'batch',
    })
    assert.ok(file.bytes > 60e6)
    const afterUpload = await mostMemory(server)
    const { id } = await createBatch(client, file.id)
    const batch = await batchWhen(client, id, 'completed')
    assert.is(batch.request_counts?.completed, LINES)
    const results = await client.files.content(batch.output_file_id!)
    let received = 0
    for await (const chunk of results.body as unknown as AsyncIterable<Uint8Array>) received += chunk.length
    assert.ok(received > 60e6)
    const afterAll = await mostMemory(server)
    const told = [before, afterUpload, afterAll].map((bytes) => Math.round(bytes / 1e6)).join(', ')
    // The upload alone took 30 MB more where this was measured, and parsing 100 KB lines as much again.
    assert.ok(afterUpload - before < 55e6, `${told} MB`)
    assert.ok(afterAll - before < 110e6, `${told} MB`)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
})

memory.run()
