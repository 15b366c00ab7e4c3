import { existsSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pixelAnalyst } from '../../assets/pixel-analyst/pixel-analyst.js'
import { parseFaultScript } from '../../pipeline/provider/local-server/faults/fault-script.js'
import { localResponder } from '../../pipeline/provider/local-server/local-responder.js'
import { makeWorld } from '../pipeline/provider/local-server/world.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const planning = suite('a plan')

const IMAGES = ['--images', 'samples/images', '--provider', 'local']
const RUN = ['materialize', ...IMAGES, '--poll-interval', '0.05', '--wait']

type Method = { method: string; is_chosen: boolean; estimate: { cost_nano_usd: Record<string, number> } }

async function deskWithSamples(): Promise<Desk> {
  const desk = await makeDesk()
  await placeSamples(desk)
  return desk
}

function costOf(plan: { methods: Method[] }, method: string): number {
  const found = plan.methods.find((each) => each.method === method)!
  return found.estimate.cost_nano_usd[method.split('/')[1]!]!
}

planning('sends nothing, needs no key, and comes within 2 % of what each method then costs', async () => {
  await using desk = await deskWithSamples()
  const plan = await desk.json(['plan', ...IMAGES])
  assert.equal([plan.pictures.to_ask, plan.pictures.duplicates], [32, 0])
  assert.equal(
    plan.methods.map(({ method, is_chosen: isChosen }: Method) => [method, isChosen]),
    [
      ['original/individual', false],
      ['compact/individual', false],
      ['compact/batch', true],
    ],
  )
  assert.is(plan.parts.count, 1)
  assert.equal(await desk.lines(['batches']), [])
  assert.not(existsSync(desk.path('.hemline', 'local-provider')))

  const profiles = {
    'original/individual': ['original', 'individual'],
    'compact/individual': ['compact', 'individual'],
  }
  const runs: Record<string, string[]> = { ...profiles, 'compact/batch': ['compact', 'batch'] }
  for (const [name, [profile, method]] of Object.entries(runs)) {
    const home = `home-${profile}-${method}`
    const { code, stderr } = await desk.run([
      ...RUN,
      '--home',
      home,
      '--profile',
      profile!,
      '--method',
      method!,
    ])
    assert.is(code, 0, stderr)
    const { local } = await desk.json(['cost', '--home', home])
    const error = costOf(plan, name) / local.cost_nano_usd - 1
    assert.ok(Math.abs(error) < 0.02, `${name}: ${error}`)
    const part = local.estimated_cost_nano_usd / local.cost_nano_usd - 1
    assert.ok(Math.abs(part) < 0.02, `${name}, as it was sent: ${part}`)
    if (name !== 'compact/batch') continue
    const bytes = (await desk.lines(['batches', '--home', home]))[0].bytes
    assert.ok(Math.abs(plan.parts.bytes / bytes - 1) < 0.2, `${plan.parts.bytes} of ${bytes} bytes`)
  }
})

planning('says what runs and why, counts what is known, and what a changed setting would mean', async () => {
  await using desk = await deskWithSamples()
  await desk.run(RUN)
  const before = await readFile(desk.path('.hemline', 'config.json'), 'utf8')
  const done = await desk.json(['plan'])
  assert.equal([done.pictures.to_ask, done.pictures.answered], [0, 32])
  assert.is(done.assets.filter(({ verdict }: { verdict: string }) => verdict === 'up_to_date').length, 5)
  assert.ok(done.reuse_worth_nano_usd > 0)

  await cp(desk.path('samples/images/post-009'), desk.path('samples/images/post-copy'), { recursive: true })
  const copied = await desk.json(['plan'])
  assert.equal([copied.pictures.to_ask, copied.pictures.duplicates], [0, 3])

  // The local server's batches take seconds, which says nothing of a provider's.
  assert.is((await desk.json(['plan', '--provider', 'openai'])).parts.usual_finish_seconds, null)
  const other = await desk.json(['plan', '--model', 'gpt-5.4'])
  assert.type(other.parts.usual_finish_seconds, 'number')

  const { code, stdout } = await desk.run(['plan', '--model', 'gpt-4o-mini'])
  assert.is(code, 0)
  assert.match(stdout, 'model went from gpt-6-luna to gpt-4o-mini')
  assert.match(stdout, /32 requests to send/)
  assert.match(stdout, /Done as soon as this machine has answered them, by the batches before in about \d/)
  assert.match(
    stdout,
    /warning: gpt-4o-mini .*32 pictures in a batch: \$0\.0\d+ with gpt-4o-mini, \$0\.00\d+ with gpt-6-luna/,
  )
  assert.is(await readFile(desk.path('.hemline', 'config.json'), 'utf8'), before, 'a plan pins nothing')
  const status = await desk.json(['explain', 'tasks_file'])
  assert.not.match(JSON.stringify(status), 'gpt-4o-mini')
  const dry = await desk.run(['materialize', '--dry-run', '--model', 'gpt-4o-mini'])
  assert.is(dry.stdout, stdout)

  const elsewhere = await desk.run(['plan', '--images', 'samples'])
  assert.is(elsewhere.code, 2)
  assert.match(elsewhere.stderr, /is about other pictures.*\nhint: .*--home/)
})

planning('compares every model and detail on these pictures, the cheapest first', async () => {
  await using desk = await deskWithSamples()
  const { models } = await desk.json(['plan', ...IMAGES, '--models'])
  const costs = models.map((each: Method) => each.estimate.cost_nano_usd['batch'])
  assert.equal(
    costs,
    costs.toSorted((a: number, b: number) => a - b),
  )
  assert.is(models.filter((each: Method) => each.is_chosen).length, 1)
  await writeFile(
    desk.path('.hemline', 'models.json'),
    JSON.stringify({ free: { like: 'gpt-4o', input: 0, output: 0, as_of: '2026-11-25' } }),
  )
  const snapshot = 'gpt-4o-2024-11-20'
  const ofSnapshot = await desk.json(['plan', ...IMAGES, '--models', '--model', snapshot])
  const [first] = ofSnapshot.models
  assert.equal([first.model, first.estimate.cost_nano_usd.batch], ['free', 0])
  const chosen = ofSnapshot.models.filter((each: Method) => each.is_chosen)
  assert.equal(
    chosen.map(({ model, detail }: { model: string; detail: string }) => [model, detail]),
    [[snapshot, 'low']],
  )
})

planning('after a sample knows what the rest costs, within its interval', async () => {
  await using desk = await deskWithSamples()
  const { code, stdout, stderr } = await desk.run(['plan', ...IMAGES, '--sample', '8', '--json'])
  assert.is(code, 0, stderr)
  assert.match(stderr, /Sample: 8 answers for \$0\.00\d+ \(not billed\); they are kept/)
  const plan = JSON.parse(stdout)
  assert.equal([plan.pictures.to_ask, plan.pictures.answered], [24, 8])
  const chosen = plan.methods.find(({ method }: Method) => method === 'compact/batch')
  assert.is(chosen.estimate.measured_by, 8)
  // From all over the list, not its first pictures.
  const asked = (await desk.lines(['requests', '--state', 'answered'])).map(({ custom_id: id }) =>
    Number(id.split('-')[0]),
  )
  assert.equal(asked, [1, 5, 9, 13, 17, 21, 25, 29])

  assert.is((await desk.run(RUN)).code, 0)
  const rows = (await desk.json(['cost', '--by', 'method'])).rows
  const spent = rows.find(({ method }: Method) => method === 'compact/batch').cost_nano_usd
  const { low, high } = chosen.estimate.interval
  const expected = chosen.estimate.cost_nano_usd.batch
  assert.ok(expected * low <= spent && spent <= expected * high, `${low} ${spent / expected} ${high}`)

  const changed = await desk.run(['plan', '--sample', '3', '--model', 'gpt-5.4'])
  assert.is(changed.code, 2)
  assert.match(changed.stderr, /--sample asks with the settings of the home/)
})

planning('after a sample does not wait for a batch that is at the provider', async () => {
  await using desk = await deskWithSamples()
  const faults = parseFaultScript({ rules: [{ fault: 'stall', looks: 1_000_000 }] })
  await using server = await makeWorld({ respond: localResponder(pixelAnalyst()), faults })
  const env = { OPENAI_API_KEY: 'test', OPENAI_BASE_URL: server.url }
  const images = ['--images', 'samples/images', '--provider', 'openai']
  assert.is((await desk.run(['materialize', ...images, '--limit', '4', '--no-wait'], env)).code, 3)
  const { code, stdout, stderr } = await desk.run(['plan', '--sample', '3', '--json'], env)
  assert.is(code, 0, stderr)
  const { answered, under_way: underWay } = JSON.parse(stdout).pictures
  assert.equal([answered, underWay], [3, 4])
})

planning('says that a budget would hold the run, with code 4', async () => {
  await using desk = await deskWithSamples()
  const { code, stdout, stderr } = await desk.run(['plan', ...IMAGES, '--max-cost', '0.0001'])
  assert.is(code, 4)
  assert.match(
    stdout,
    /It would be held: the budget of this run is \$0\.0001; 32 requests are expected to cost \$0\.00/,
  )
  assert.match(stderr, /hint: .*--max-cost/)
  const few = await desk.run([
    'plan',
    '--images',
    'samples/images',
    '--provider',
    'local',
    '--max-cost',
    '0.0001',
    '--limit',
    '1',
  ])
  assert.is(few.code, 0, few.stdout)
})

planning('tells how often a small window is filled, and what is at the provider', async () => {
  await using desk = await deskWithSamples()
  await desk.run(['init', ...IMAGES])
  const config = JSON.parse(await readFile(desk.path('.hemline', 'config.json'), 'utf8'))
  await writeFile(
    desk.path('.hemline', 'config.json'),
    JSON.stringify({ ...config, enqueued_tokens: 20_000 }),
  )
  const { parts } = await desk.json(['plan'])
  assert.equal([parts.windows, parts.count, parts.latest_finish_seconds], [2, 2, 2 * 86_400])

  await desk.run(['materialize', '--no-wait'])
  const { live } = await desk.json(['plan'])
  assert.is(live.length, 1)
  assert.match(live[0].what, /^is awaited: \d+ of \d+ requests done$/)
})

planning('beside a daemon reads what the daemon saw, and leaves the looking to it', async () => {
  await using desk = await deskWithSamples()
  await desk.run(['init', ...IMAGES])
  const daemon = desk.start(['daemon'])
  await daemon.says('source.observed')
  const plan = await desk.json(['plan'])
  assert.is(plan.is_observed_now, false)
  assert.ok(plan.observed_at !== null)
  daemon.child.kill('SIGTERM')
  assert.is((await daemon.ended).code, 0)
})

planning('beside a daemon samples from all over the list, too', async () => {
  await using desk = await deskWithSamples()
  const automation = { assets: { tasks_file: 'never' } }
  await desk.run(['init', ...IMAGES])
  const config = JSON.parse(await readFile(desk.path('.hemline', 'config.json'), 'utf8'))
  await writeFile(desk.path('.hemline', 'config.json'), JSON.stringify({ ...config, automation }))
  const daemon = desk.start(['daemon'])
  await daemon.says('source.observed')
  assert.is((await desk.run(['plan', '--sample', '4'])).code, 0)
  const asked = (await desk.lines(['requests', '--state', 'answered'])).map(({ custom_id: id }) =>
    Number(id.split('-')[0]),
  )
  assert.equal(asked, [1, 9, 17, 25])
  daemon.child.kill('SIGTERM')
  assert.is((await daemon.ended).code, 0)
})

planning.run()
