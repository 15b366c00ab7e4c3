import { readdir, rm, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../data/database.js'
import { sumCommitted } from '../../data/records/spending.js'
import { systemClock } from '../../pipeline/clock.js'
import { startLocalServer } from '../../pipeline/provider/local-server/local-server.js'
import { type LossyProxy, startLossyProxy } from '../pipeline/batch/lossy-proxy.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'
import { quickResponder } from './daemon/small-home.js'

const recovery = suite('recovering a lost database')

const respond = quickResponder()
const RUN = ['materialize', '--images', 'samples/images', '--poll-interval', '0.05']

type Place = AsyncDisposable & { desk: Desk; proxy: LossyProxy; env: NodeJS.ProcessEnv }

async function makePlace(): Promise<Place> {
  const desk = await makeDesk()
  await placeSamples(desk)
  const server = await startLocalServer({ directory: desk.path('provider'), respond, clock: systemClock })
  const proxy = await startLossyProxy(server.url)
  return {
    desk,
    proxy,
    env: { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: proxy.url },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]()
      await server.close()
      await desk[Symbol.asyncDispose]()
    },
  }
}

/** What must be as it was. */
async function shown(desk: Desk): Promise<object> {
  const requests = await desk.lines(['requests'])
  const { billed } = await desk.json(['cost'])
  const { requests: charged, input_tokens, output_tokens, cost_nano_usd } = billed
  return {
    posts: await desk.lines(['posts']),
    // What was estimated before is not in any file; what was charged is.
    billed: { charged, input_tokens, output_tokens, cost_nano_usd },
    requests: requests.map(({ custom_id, state, attempts }) => ({ custom_id, state, attempts })),
  }
}

async function loseDatabase(desk: Desk): Promise<void> {
  for (const suffix of ['', '-wal', '-shm'])
    await rm(desk.path('.hemline', `hemline.db${suffix}`), { force: true })
}

/** Calls that cost something. */
function sendings(proxy: LossyProxy): string[] {
  return proxy.calls.filter((call) => call.startsWith('POST '))
}

recovery(
  'brings back requests, answers and charges, sends nothing, and the next run has nothing to ask',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    assert.is((await desk.run([...RUN, '--limit', '20', '--wait'], env)).code, 0)
    assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
    const before = await shown(desk)
    await loseDatabase(desk)

    const refused = await desk.run([...RUN, '--wait'], env)
    assert.is(refused.code, 1)
    assert.match(refused.stderr, /error: ".*hemline.db" is not there, but the home holds 2 parts/)
    assert.match(refused.stderr, /hint: .*hemline recover/)

    proxy.calls.length = 0
    const recovered = await desk.run(['recover'], env)
    assert.is(recovered.code, 0, recovered.stderr)
    assert.match(recovered.stdout, /2 parts found: 2 collected, 0 at the provider, 0 never sent/)
    assert.match(recovered.stdout, /32 answers booked again/)
    const next = JSON.parse((await desk.run([...RUN, '--wait', '--json'], env)).stdout)
    assert.equal([next.state, next.submitted_batches, next.spent.requests], ['done', 0, 0])
    assert.equal(sendings(proxy), [])
    assert.equal(await shown(desk), before)
  },
)

recovery('finds what is in flight, and what was finished and never taken in', async () => {
  await using place = await makePlace()
  const { desk, proxy, env } = place
  proxy.alter = (call) =>
    call.startsWith('GET /v1/batches/batch_')
      ? (batch) => ({ ...batch, status: 'in_progress', output_file_id: null })
      : undefined
  assert.is((await desk.run([...RUN, '--no-wait'], env)).code, 3)
  await loseDatabase(desk)
  proxy.calls.length = 0
  // By now the list says that it is over: so it is taken in at once.
  const recovered = await desk.run(['recover', '--json'], env)
  assert.is(recovered.code, 0, recovered.stderr)
  const { parts, answers } = JSON.parse(recovered.stdout)
  assert.equal([parts[0].state, answers], ['collected', 32])
  proxy.alter = () => undefined
  assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
  assert.equal(sendings(proxy), [])

  // And where it is not over, it is polled on.
  await loseDatabase(desk)
  await removeResults(desk)
  const seen = new Set<string>()
  proxy.alter = (call) => {
    if (call !== 'GET /v1/batches') return undefined
    seen.add(call)
    return (list) => ({
      ...list,
      data: (list['data'] as object[]).map((batch) => ({
        ...batch,
        status: 'finalizing',
        output_file_id: null,
      })),
    })
  }
  const flying = JSON.parse((await desk.run(['recover', '--json'], env)).stdout)
  assert.equal([seen.size, flying.parts[0].state, flying.answers], [1, 'in_flight', 0])
  const db = await openDatabase(desk.path('.hemline', 'hemline.db'))
  assert.ok((await sumCommitted(db, new Date(0), false)) > 0, 'budgets know what is under way')
  await db.destroy()
  proxy.alter = () => undefined
  assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
  assert.equal(sendings(proxy), [])
  assert.is((await desk.lines(['requests'])).filter(({ state }) => state === 'answered').length, 32)
})

async function removeResults(desk: Desk, prefix = 'results_'): Promise<void> {
  const folder = desk.path('.hemline', 'batch_jobs')
  for (const name of await readdir(folder)) if (name.startsWith(prefix)) await rm(`${folder}/${name}`)
}

recovery(
  'does without the tasks files that were cleaned away, and without results that the provider still has',
  async () => {
    await using place = await makePlace()
    const { desk, proxy, env } = place
    assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
    const before = await shown(desk)
    const folder = desk.path('.hemline', 'batch_jobs')
    for (const name of await readdir(folder)) if (name.endsWith('.jsonl')) await rm(`${folder}/${name}`)
    await loseDatabase(desk)
    proxy.calls.length = 0
    assert.is((await desk.run(['recover'], env)).code, 0)
    assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
    assert.equal(sendings(proxy), [])
    assert.equal(await shown(desk), before)
  },
)

recovery('leaves a damaged database beside the new one, and one that can be read alone', async () => {
  await using place = await makePlace()
  const { desk, env } = place
  assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
  const refused = await desk.run(['recover'], env)
  assert.is(refused.code, 1)
  assert.match(refused.stderr, /is there and can be read/)
  await writeFile(
    desk.path('.hemline', 'hemline.db'),
    'not a database at all, but long enough to be looked at'.repeat(99),
  )
  await rm(desk.path('.hemline', 'hemline.db-wal'), { force: true })
  const recovered = await desk.run(['recover'], env)
  assert.is(recovered.code, 0, recovered.stderr)
  assert.match(recovered.stdout, /kept: .*hemline\.db\.lost-/)
  assert.is((await desk.json(['cost'])).billed.requests, 32)
})

recovery('that cannot ask the provider, or is killed, leaves the home as it was', async () => {
  await using place = await makePlace()
  const { desk, proxy, env } = place
  assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
  const before = await shown(desk)
  await loseDatabase(desk)
  proxy.decide = () => 'lose_request'
  const { code, stderr } = await desk.run(['recover'], env)
  assert.is(code, 1)
  assert.match(stderr, /error: The list of batches failed/)
  const killed = desk.start(['recover'], env)
  proxy.decide = () => {
    killed.child.kill('SIGKILL')
    return 'lose_request'
  }
  assert.is((await killed.ended).signal, 'SIGKILL')
  proxy.decide = () => 'pass'
  assert.is((await desk.run(['status'], env)).code, 1)
  assert.is((await desk.run(['recover'], env)).code, 0)
  assert.is((await desk.run([...RUN, '--wait'], env)).code, 0)
  assert.equal(await shown(desk), before)
})

recovery.run()
