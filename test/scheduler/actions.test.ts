import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import type { Respond } from '../../pipeline/provider/local-server/respond.js'
import { Gate } from '../pipeline/provider/local-server/gate.js'
import { makeWorld, until } from '../pipeline/provider/local-server/world.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'
import { makeDashboardWorld } from './dashboard/dashboard-world.js'

const asking = suite('what people ask for beside runs')

const IMAGES = ['--images', 'samples/images/post-009']

async function makePlace(
  respond: Respond,
): Promise<AsyncDisposable & { desk: Desk; env: NodeJS.ProcessEnv }> {
  const server = await makeWorld({ respond, concurrency: 1 })
  const desk = await makeDesk()
  await placeSamples(desk)
  return {
    desk,
    env: { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await desk[Symbol.asyncDispose]()
    },
  }
}

asking(
  'beside a daemon it is the daemon that carries it out, also while its run waits; all is on record',
  async () => {
    const gate = new Gate()
    const answer = localResponder(pixelAnalyst())
    await using place = await makePlace(async (...call) => {
      await gate.passed()
      return answer(...call)
    })
    const { desk, env } = place
    assert.is((await desk.run(['materialize', '+submitted_batch', ...IMAGES], env)).code, 0)
    const daemon = desk.start(['daemon'], env)
    await daemon.says('daemon.started')
    await until(() => gate.arrivals > 0)
    const [{ batch }] = await desk.lines(['batches'])

    const refused = await desk.run(['resubmit', batch, '--yes'])
    assert.is(refused.code, 1)
    assert.match(refused.stderr, /is alive at the provider/)
    assert.match(refused.stderr, /^hint: .*hemline cancel/m)
    // Without the key: the daemon has it.
    const cancelled = await desk.run(['cancel', batch])
    assert.is(cancelled.code, 0, cancelled.stderr)
    assert.match(cancelled.stdout, /is cancelling; 0 of 3 requests/)
    gate.open()
    const known = await desk.run(['adopt', batch, '--home', './.hemline'])
    assert.is(known.code, 0, known.stderr)
    assert.match(known.stdout, /^Already ours/)
    assert.match(known.stdout, /^Go on with: hemline materialize --home \.\/\.hemline$/m)
    const listed = await desk.run(['actions', '--limit', '1'])
    assert.match(listed.stdout, /│ Already ours: [^│]* requests of batch_jobs[^│\\]*\. +│/)
    // From the page: the run is a row in the daemon's queue.
    await using world = await makeDashboardWorld({}, desk.path('.hemline'))
    const { csrf } = (await world.get('/api/overview')).json
    const headers = { 'x-hemline-csrf': csrf }
    const asked = { kind: 'materialize', arguments: { selection: ['tasks_file'] } }
    const queued = await world.post('/api/actions', asked, headers)
    const [, id] = /^Run (\d+) is in the daemon’s queue/.exec(queued.json.text)!
    const state = async (): Promise<string> => {
      const runs = (await world.get('/api/runs')).json as { run: number; state: string }[]
      return runs.find(({ run }) => run === Number(id))!.state
    }
    while (['queued', 'running'].includes(await state()))
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.is(await state(), 'done')
    daemon.child.kill('SIGTERM')
    assert.is((await daemon.ended).code, 0)
    const actions = await desk.lines(['actions'])
    assert.equal(
      actions.map(({ kind, state, asked_by }) => [kind, state, asked_by]),
      [
        ['materialize', 'done', 'page'],
        ['adopt', 'done', 'command'],
        ['cancel', 'done', 'command'],
        ['resubmit', 'failed', 'command'],
      ],
    )
    assert.match(actions[3].error, /is alive at the provider/)
  },
)

asking(
  'what failed for good is asked again when a person says so, with the price before; on the page as well',
  async () => {
    const answer = localResponder(pixelAnalyst())
    let isBroken = true
    await using place = await makePlace(async (...call) => {
      const answered = await answer(...call)
      if (isBroken) answered.choices[0]!.message.content = 'no JSON at all'
      return answered
    })
    const { desk, env } = place
    const run = ['materialize', '--wait', '--poll-interval', '0.05', ...IMAGES]
    const { stdout } = await desk.run(run, env)
    assert.match(stdout, '3 requests failed for good. Why: hemline failures')
    const failed = async (): Promise<number> => (await desk.lines(['requests', '--state', 'failed'])).length
    assert.is(await failed(), 3)

    const priced = await desk.run(['retry'])
    assert.is(priced.code, 4)
    assert.match(priced.stdout, /3 requests failed for good: 3 \w+/)
    assert.match(priced.stdout, /expected to cost \$0\.\d+ in a batch/)
    assert.is(await failed(), 3)
    const none = await desk.run(['retry', '--reason', 'other', '--yes'])
    assert.is(
      none.stdout,
      'Nothing failed for good with the reason "other", so there is nothing to ask again.\n',
    )
    const [{ reason }] = await desk.lines(['requests', '--state', 'failed'])
    const named = await desk.run(['retry', '--reason', reason, '--home', './.hemline'])
    assert.match(named.stdout, `Do it with: hemline retry --yes --reason ${reason} --home ./.hemline`)

    await using world = await makeDashboardWorld({}, desk.path('.hemline'))
    const { csrf } = (await world.get('/api/overview')).json
    const ask = (path: string, body: object) => world.post(path, body, { 'x-hemline-csrf': csrf })
    const preview = await ask('/api/actions/preview', { kind: 'retry', arguments: {} })
    assert.equal([preview.status, preview.json.is_possible], [200, true])
    assert.match(preview.json.cost, /^\$0\.\d+$/)
    const done = await ask('/api/actions', { kind: 'retry', arguments: {} })
    assert.match(done.json.text, /^3 requests wait to be asked again/)
    for (const body of [
      { kind: 'drop' },
      { kind: 'cancel', arguments: {} },
      { kind: 'cancel', arguments: { batch: '--help' } },
      { kind: 'materialize', arguments: { selection: ['--home=/'] } },
    ]) {
      assert.is((await ask('/api/actions', body)).status, 400, JSON.stringify(body))
    }
    const lost = await ask('/api/actions', { kind: 'cancel', arguments: { batch: 'batch_of_nobody' } })
    assert.is(lost.status, 409, lost.text)

    isBroken = false
    assert.is((await desk.run(run, env)).code, 0)
    assert.is(await failed(), 0)
    assert.equal(
      (await desk.lines(['requests'])).map(({ state, attempts }) => [state, attempts]),
      Array.from({ length: 3 }, () => ['answered', 1]),
    )
    const actions = (await world.get('/api/actions')).json as {
      kind: string
      asked_by: string
      state: string
    }[]
    assert.equal(
      actions.map(({ kind, asked_by, state }) => `${kind} ${asked_by} ${state}`),
      ['cancel page failed', 'retry page done', 'retry command done'],
    )
  },
)

asking.run()
