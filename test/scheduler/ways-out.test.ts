import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { type Db, openDatabase } from '../../data/database.js'
import { type ListedBatch, listBatches } from '../../data/records/batches.js'
import { sumCharges } from '../../data/records/charges.js'
import { countWantedRequests, listRequests } from '../../data/records/requests.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import type { Respond } from '../../pipeline/provider/local-server/respond.js'
import { type LossyProxy, startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { Gate } from '../pipeline/provider/local-server/gate.js'
import { makeWorld, until } from '../pipeline/provider/local-server/world.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const waysOut = suite('the ways out of doubt, as a person types them')

const CREATE = 'POST /v1/batches'
const LIST = 'GET /v1/batches'
const IMAGES = ['--images', 'samples/images/post-009']
const RUN = ['materialize', '--wait', '--poll-interval', '0.1', ...IMAGES]
const SUBMIT = ['materialize', '+submitted_batch', '--wait', ...IMAGES]

type Place = AsyncDisposable & { desk: Desk; proxy: LossyProxy; env: NodeJS.ProcessEnv }

/** A home with the sample pictures in one part, and a provider behind a line that can be disturbed. */
async function makePlace(respond: Respond = localResponder(pixelAnalyst())): Promise<Place> {
  const server = await makeWorld({ respond, concurrency: 1 })
  const proxy = await startLossyProxy(server.url)
  const desk = await makeDesk()
  await placeSamples(desk)
  const env = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: proxy.url }
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

function creates(proxy: LossyProxy): number {
  return proxy.calls.filter((call) => call === CREATE).length
}

/** Reads the home's records beside the command line, which would take half a second each time. */
async function recordsOf<T>(desk: Desk, read: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(desk.path('.hemline', 'hemline.db'))
  try {
    return await read(db)
  } finally {
    await db.destroy()
  }
}

async function answered(desk: Desk): Promise<number> {
  return (await recordsOf(desk, countWantedRequests)).answered
}

/** The batches as they are listed, oldest first. */
function batchesOf(desk: Desk): Promise<ListedBatch[]> {
  return recordsOf(desk, async (db) =>
    (await listBatches(db, { beforeId: Number.MAX_SAFE_INTEGER, limit: 10 })).toReversed(),
  )
}

async function idAtProvider({ env }: Place): Promise<string> {
  const answer = await fetch(`${env['OPENAI_BASE_URL']}/batches`, {
    headers: { authorization: 'Bearer test' },
  })
  return ((await answer.json()) as { data: { id: string }[] }).data[0]!.id
}

waysOut('a held part: what to type is said, resubmit warns of the price, adopt ends the doubt', async () => {
  await using place = await makePlace()
  const { desk, proxy, env } = place
  proxy.decide = (call) => (call === CREATE ? 'lose_answer' : call === LIST ? 'refuse' : 'pass')
  assert.is((await desk.run(SUBMIT, env)).code, 4)
  const listing = await desk.run(['batches'], env)
  const [, part] = /hemline adopt BATCH --part (\S+\.jsonl)/.exec(listing.stdout)!
  assert.match(listing.stdout, `hemline resubmit ${part}`)

  proxy.decide = () => 'pass'
  const id = await idAtProvider(place)
  proxy.decide = (call) => (call === LIST ? 'refuse' : 'pass')
  const adopted = await desk.run(['adopt', id, '--part', part!], env)
  assert.is(adopted.code, 0, adopted.stderr)
  assert.match(adopted.stdout, `Adopted: batch ${id}`)
  const run = await desk.run(RUN, env)
  assert.is(run.code, 0, run.stderr)
  assert.equal([creates(proxy), await answered(desk)], [1, 3])
})

waysOut('a lost batch: held with a hint, the price is said, and only a yes sends it again', async () => {
  await using place = await makePlace()
  const { desk, proxy, env } = place
  assert.is((await desk.run(SUBMIT, env)).code, 0)
  const id = await idAtProvider(place)
  const isLost = (call: string): boolean => call.endsWith(`/batches/${id}`) || call === LIST
  proxy.decide = (call) => (isLost(call) ? 'refuse' : 'pass')
  assert.is((await desk.run(RUN, env)).code, 4)
  const [stuck] = await desk.lines(['batches'])
  assert.is(stuck.is_stuck, true)
  assert.match(stuck.next_step, `hemline resubmit ${id}`)
  await backdate(desk)
  const asked = await desk.run(['resubmit', id], env)
  assert.is(asked.code, 4, asked.stderr)
  assert.match(asked.stdout, /these 3 requests are paid twice: about \$0\.\d+ for [\d,]+ tokens of input/)
  assert.match(asked.stdout, `hemline resubmit ${id} --yes`)
  assert.is((await desk.run(['resubmit', id, '--yes'], env)).code, 0)
  const run = await desk.run(RUN, env)
  assert.is(run.code, 0, run.stderr)
  assert.equal([creates(proxy), await answered(desk)], [2, 3])
})

/** The provider's list may lag for a minute and a half after a creation; this one was long ago. */
async function backdate(desk: Desk): Promise<void> {
  const create_sent_at = '2026-01-01T00:00:00.000Z'
  await recordsOf(desk, (db) => db.updateTable('batches').set({ create_sent_at }).execute())
}

waysOut(
  'a cancelled batch: the waiting run takes in what is there, and only the next one asks again',
  async () => {
    const gate = new Gate()
    const answer = localResponder(pixelAnalyst())
    let taken = 0
    const respond: Respond = async (...call) => {
      if (taken++ > 0) await gate.passed()
      return answer(...call)
    }
    await using place = await makePlace(respond)
    const { desk, proxy, env } = place
    const running = desk.start(RUN, env)
    await until(() => gate.arrivals > 0)
    const id = await idAtProvider(place)
    const cancelled = await desk.run(['cancel', id], env)
    assert.is(cancelled.code, 0, cancelled.stderr)
    assert.match(cancelled.stdout, /is cancelling; 1 of 3 requests were answered/)
    gate.open()
    const first = await running.ended
    assert.is(first.code, 0, first.stderr)
    assert.is(creates(proxy), 1)
    const status = await desk.json(['status'])
    const results = status.assets.find(({ asset }: { asset: string }) => asset === 'results')
    assert.is(results.metadata.cancelled, 1)
    assert.is((await desk.run(RUN, env)).code, 0)
    assert.is(creates(proxy), 2)
    assert.equal([await answered(desk), (await recordsOf(desk, sumCharges)).requests], [3, 3])
  },
)

waysOut(
  'a window that is learned: parts are cut for it, follow each other, and no attempt counts',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    assert.is((await desk.run(SUBMIT, env)).code, 0)
    const [whole] = await batchesOf(desk)
    const limit = Math.ceil(whole!.estimated_tokens * 0.7).toLocaleString('en-US')
    const message = `Enqueued token limit reached for gpt-6-luna in organization org-x. Limit: ${limit} enqueued tokens.`
    const data = [{ code: 'token_limit_exceeded', message, line: null, param: null }]
    proxy.alter = (call) =>
      call.endsWith(`/batches/${whole!.provider_batch_id}`)
        ? (batch) => ({ ...batch, status: 'failed', errors: { object: 'list', data } })
        : undefined
    const run = await desk.run(RUN, env)
    assert.is(run.code, 0, run.stderr)
    const batches = await batchesOf(desk)
    assert.equal(
      batches.map(({ state, requests }) => [state, requests]),
      [
        ['rejected', 3],
        ['collected', 2],
        ['collected', 1],
      ],
    )
    assert.ok(batches[2]!.intended_at > batches[1]!.collected_at!, 'the window was exceeded')
    const requests = await recordsOf(desk, (db) => listRequests(db, { afterId: 0, limit: 10 }))
    assert.ok(requests.every(({ state, attempts }) => state === 'answered' && attempts === 1))
  },
)

waysOut('another key: the run says whose the batch is; the old key, or adopting it, goes on', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  assert.is((await desk.run(SUBMIT, env)).code, 0)
  const other = { ...env, OPENAI_API_KEY: 'another' }
  const refused = await desk.run(RUN, other)
  assert.is(refused.code, 1)
  const id = await idAtProvider(place)
  for (const words of [`batch ${id} belongs to ${env['OPENAI_BASE_URL']}`, `hemline adopt ${id}`]) {
    assert.match(refused.stderr, words)
  }
  assert.is((await desk.run(['adopt', id], other)).code, 0)
  assert.is((await desk.run(RUN, other)).code, 0)
  assert.is(await answered(desk), 3)
})

waysOut('results that were deleted at the provider: the run fails and says what to type', async () => {
  await using place = await makePlace()
  const { desk, proxy, env } = place
  proxy.decide = (call) => (/\/files\/[^/]+(\/content)?$/.test(call) ? 'refuse' : 'pass')
  const failed = await desk.run(RUN, env)
  assert.is(failed.code, 1)
  const [batch] = await batchesOf(desk)
  const id = batch!.provider_batch_id!
  assert.match(failed.stderr, `hemline resubmit ${id}`)
  assert.match(batch!.because!, 'HTTP 404')
  assert.is((await desk.run(['resubmit', id, '--yes'], env)).code, 0)
  proxy.decide = () => 'pass'
  assert.is((await desk.run(RUN, env)).code, 0)
  assert.is(await answered(desk), 3)
})

waysOut('what nobody knows is bad usage', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  await desk.run(SUBMIT, env)
  for (const [args, words] of [
    [['cancel', 'batch_x'], 'there is no batch "batch_x" on record'],
    [['adopt', 'batch_x', '--part', 'nothing.jsonl'], 'there is no part "nothing.jsonl"'],
  ] as const) {
    const { code, stderr } = await desk.run([...args], env)
    assert.is(code, 2, stderr)
    assert.match(stderr, words)
  }
})

waysOut.run()
