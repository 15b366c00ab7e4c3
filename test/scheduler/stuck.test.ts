import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import { type LossyProxy, startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { makeWorld } from '../pipeline/provider/local-server/world.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const stuck = suite('what one part, batch or folder cannot keep the others from')

const CREATE = 'POST /v1/batches'
const RUN = ['materialize', '--wait', '--poll-interval', '0.1']

type Place = AsyncDisposable & { desk: Desk; proxy: LossyProxy; env: NodeJS.ProcessEnv }

/** A home of three parts with 12, 12 and 8 requests, and a provider behind a line that can be disturbed. */
async function makePlace(): Promise<Place> {
  const server = await makeWorld({ respond: localResponder(pixelAnalyst()) })
  const proxy = await startLossyProxy(server.url)
  const desk = await makeDesk()
  await placeSamples(desk)
  const env = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: proxy.url }
  await desk.run(['init', '--images', 'samples/images'], env)
  await configure(desk, { part_requests: 12 })
  return {
    desk,
    proxy,
    env,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await desk[Symbol.asyncDispose]()
    },
  }
}

async function configure(desk: Desk, change: object): Promise<void> {
  const path = desk.path('.hemline', 'config.json')
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }))
}

async function described(desk: Desk): Promise<number> {
  const images = (await desk.lines(['posts'])).flatMap((post) => post.images)
  return images.filter(({ state }) => state === 'described').length
}

stuck(
  'a part that is refused for good: the others are collected first, then the run fails; mended, it is sent',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    let creates = 0
    proxy.decide = (call) => (call === CREATE && ++creates !== 1 && creates !== 3 ? 'refuse' : 'pass')
    const first = await desk.run(RUN, env)
    assert.is(first.code, 1)
    assert.match(first.stderr, /error: The creation of the batch failed: HTTP 404/)
    assert.is(await described(desk), 20)
    proxy.decide = () => 'pass'
    assert.is((await desk.run(RUN, env)).code, 0)
    assert.is(await described(desk), 32)
    assert.is((await desk.json(['cost'])).billed.requests, 32)
  },
)

stuck(
  'a results file that is gone: the other batches are collected, and the run says which one failed',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    let gone: string | undefined
    proxy.decide = (call) => {
      if (call.endsWith('/content')) gone ??= call
      return call === gone ? 'refuse' : 'pass'
    }
    const first = await desk.run(RUN, env)
    assert.is(first.code, 1)
    assert.match(first.stderr, /error: The download of file "file-[^"]+" failed: HTTP 404/)
    const states = (await desk.lines(['batches'])).map(({ state }) => state)
    assert.equal(states.toSorted(), ['collected', 'collected', 'ended'])
    proxy.decide = () => 'pass'
    assert.is((await desk.run(RUN, env)).code, 0)
    assert.is(await described(desk), 32)
  },
)

stuck('a folder that is not there: what is at the provider is collected all the same', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  assert.is((await desk.run(['materialize', '--no-wait'], env)).code, 3)
  await rename(desk.path('samples'), desk.path('unmounted'))
  const away = await desk.run(RUN, env)
  assert.is(away.code, 1)
  assert.match(away.stderr, /error: there is no/)
  const batches = await desk.lines(['batches'])
  assert.ok(batches.every(({ state }) => state === 'collected'))
  await rename(desk.path('unmounted'), desk.path('samples'))
  const back = await desk.run(RUN, env)
  assert.is(back.code, 0)
  assert.is(await described(desk), 32)
})

stuck(
  'a batch that is rejected again and again for a passing reason is sent until it is taken, within one run',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    await configure(desk, { part_requests: 50 })
    const data = [
      { code: 'token_limit_exceeded', message: 'Enqueued token limit reached', line: null, param: null },
    ]
    let rejections = 0
    proxy.alter = (call) =>
      call.startsWith('GET /v1/batches/batch_') && rejections++ < 1
        ? (batch) => ({ ...batch, status: 'failed', errors: { object: 'list', data } })
        : undefined
    const run = await desk.run(RUN, env)
    assert.is(run.code, 0, run.stderr)
    const states = (await desk.lines(['batches'])).map(({ state }) => state)
    assert.equal(states, ['collected', 'rejected'])
    const requests = await desk.lines(['requests'])
    assert.ok(requests.every(({ state, attempts }) => state === 'answered' && attempts === 1))
  },
)

stuck('limits that skip pictures: mended, the pictures are asked', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  await configure(desk, { part_bytes: 20_000 })
  await desk.run(RUN, env)
  const skipped = (await desk.lines(['images'])).filter(({ state }) => state === 'skipped')
  assert.ok(skipped.length > 0)
  assert.match(skipped[0].detail, /bytes, where a part takes 20000/)
  const images = (await desk.lines(['posts'])).flatMap((post) => post.images)
  assert.is(images.filter(({ reason }) => reason === 'too_large').length, skipped.length)
  await configure(desk, { part_bytes: 200_000_000 })
  const mended = await desk.run(RUN, env)
  assert.match(mended.stderr, 'part_bytes went from 20000 to 200000000')
  assert.is(await described(desk), 32)
  assert.is((await desk.json(['cost'])).billed.requests, 32)
})

stuck('posts that only a narrow selection saw: the next run groups them', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  assert.is((await desk.run(RUN, env)).code, 0)
  await mkdir(desk.path('samples', 'images', 'post-new'))
  const bytes = await readFile(desk.path('samples', 'images', 'post-006', '01.jpg'))
  await writeFile(desk.path('samples', 'images', 'post-new', '1.jpg'), bytes)
  await desk.run([...RUN, 'grouped_posts'], env)
  await desk.run(RUN, env)
  assert.is(await described(desk), 33)
})

stuck.run()
