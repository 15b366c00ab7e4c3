import { readFile, readdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeMask } from '../../pipeline/mask.js'
import { terminalProgress } from '../../scheduler/terminal-progress.js'
import { startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { makeWorld } from '../pipeline/provider/local-server/world.js'
import { type Desk, type Ended, makeDesk, placeSamples } from './cli.js'

const secrets = suite('secrets')

const RUN = ['materialize', '--images', 'samples/images', '--wait', '--poll-interval', '0.05']

/** A provider that refuses every key, and quotes it, as OpenAI does. */
async function startQuotingProvider(): Promise<AsyncDisposable & { url: string }> {
  const server = createServer((incoming, outgoing) => {
    incoming.resume()
    const key = incoming.headers.authorization?.replace('Bearer ', '')
    const message = `Incorrect API key provided: ${key}. You can find your API key at https://me:${key}@keys.example.`
    const body = { error: { message, type: 'invalid_request_error', param: null, code: 'invalid_api_key' } }
    outgoing.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Neither what was printed nor any file, the database among them, holds the secret. */
async function assertNowhere(secret: string, desk: Desk, { stdout, stderr }: Ended): Promise<void> {
  assert.not.ok(`${stdout}${stderr}`.includes(secret), `printed:\n${stdout}${stderr}`)
  const files = (await readdir(desk.folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  assert.ok(files.some((file) => file.endsWith('hemline.db')))
  for (const file of files) assert.not.ok((await readFile(file)).includes(secret), file)
}

for (const key of ['sk-proj-Abc123_def456-XYZ', 'a-key-of-another-form-1234']) {
  secrets(`a refused key ("${key}") is told without the key, and kept nowhere`, async () => {
    await using provider = await startQuotingProvider()
    for (const json of [[], ['--json', '--debug']]) {
      await using desk = await makeDesk()
      await placeSamples(desk)
      const env = { OPENAI_API_KEY: key, OPENAI_BASE_URL: provider.url }
      const ended = await desk.run([...RUN, ...json], env)
      assert.is(ended.code, 1)
      assert.match(ended.stderr, /Incorrect API key provided: \*\*\*\. You can find/)
      const [run] = await desk.lines(['runs'])
      assert.match(JSON.stringify(run), /Incorrect API key provided: \*\*\*/)
      await assertNowhere(key, desk, ended)
    }
  })
}

secrets('a key that cannot be sent is refused, by the place of what is wrong with it', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const { code, stdout, stderr } = await desk.run(RUN, { OPENAI_API_KEY: 'sk-proj-1234–5678' })
  assert.is(code, 2)
  assert.match(stderr, /^error: OPENAI_API_KEY holds something .* as character 13 of 17\.\nhint: /)
  assert.not.match(stdout + stderr, /1234|5678/)
})

secrets('a batch that is rejected in words that quote the key is stored without it', async () => {
  const key = 'a-key-of-another-form-1234'
  await using server = await makeWorld()
  await using proxy = await startLossyProxy(server.url)
  proxy.alter = (call) =>
    call.startsWith('GET /v1/batches/batch_')
      ? (batch) => ({
          ...batch,
          status: 'failed',
          errors: { data: [{ code: 'x', message: `not with ${key}` }] },
        })
      : undefined
  await using desk = await makeDesk()
  await placeSamples(desk)
  const ended = await desk.run(RUN, { OPENAI_API_KEY: key, OPENAI_BASE_URL: proxy.url })
  assert.is(ended.code, 1)
  assert.match((await desk.lines(['batches']))[0].because, /not with \*\*\*/)
  await assertNowhere(key, desk, ended)
})

secrets('a base URL with a password in it is refused before anything is written', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const OPENAI_BASE_URL = 'https://me:open-sesame@api.example/v1'
  const { code, stdout, stderr } = await desk.run(RUN, { OPENAI_API_KEY: 'key', OPENAI_BASE_URL })
  assert.is(code, 2)
  assert.match(stderr, /^error: OPENAI_BASE_URL is "https:\/\/\*\*\*@api\.example\/v1"/)
  assert.not.match(stdout + stderr, /open-sesame/)
  assert.equal(await readdir(desk.folder), ['samples'])
})

secrets('on a terminal sentences go through the mask, too', async () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream
  const progress = terminalProgress(stream, makeMask(['open-sesame']))
  progress.warn('no entry with open-sesame')
  progress.notify({ kind: 'batch.poll_failed', batch: 'b', because: 'open-sesame is wrong' })
  progress.stop()
  stream.end()
  const told = await text(stream as unknown as NodeJS.ReadableStream)
  assert.is(
    told,
    'warning: no entry with ***\nwarning: a poll of b failed (*** is wrong); it is tried again\n',
  )
})

secrets.run()
