import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDesk, placeSamples } from './cli.js'

const lanes = suite('how a run sends, and what it may cost')

const LOCAL = ['materialize', '--provider', 'local', '--poll-interval', '0.05']
const RUN = [...LOCAL, '--images', 'samples/images']

lanes('one by one gives the posts of a batch, at twice its price, and buys nothing again', async () => {
  await using batch = await makeDesk()
  await placeSamples(batch)
  assert.is((await batch.run([...RUN, '--wait'])).code, 0)
  await using desk = await makeDesk()
  await placeSamples(desk)
  const { code, stdout, stderr } = await desk.run([...RUN, '--method', 'individual'])
  assert.is(code, 0, stderr)
  assert.match(stdout, /Run 1 is done: 32 answers booked/)
  assert.equal(await desk.lines(['posts']), await batch.lines(['posts']))
  const [ours, theirs] = [(await desk.json(['cost'])).local, (await batch.json(['cost'])).local]
  assert.equal([ours.requests, ours.input_tokens], [theirs.requests, theirs.input_tokens])
  assert.is(ours.cost_nano_usd, 2 * theirs.cost_nano_usd)

  const again = await desk.run([...RUN, '--method', 'batch', '--wait'])
  assert.match(again.stdout, /nothing changed, so no batch was submitted/)
})

lanes('flex costs what a batch does, where the answer says that it was flex', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const images = ['--images', 'samples/images/post-009']
  assert.is((await desk.run([...LOCAL, ...images, '--method', 'flex'])).code, 0)
  await using other = await makeDesk()
  await placeSamples(other)
  assert.is((await other.run([...LOCAL, ...images, '--method', 'individual'])).code, 0)
  const [flex, full] = [await desk.json(['cost']), await other.json(['cost'])]
  assert.is(2 * flex.local.cost_nano_usd, full.local.cost_nano_usd)
})

lanes('auto asks few one by one', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run([...RUN, '--method', 'auto'])).code, 0)
  const [batch] = await desk.lines(['batches'])
  assert.match(batch.batch, /^calls_/)
})

lanes('over its budget a run is held with the sum, and sends nothing; with enough it goes on', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const held = await desk.run([...RUN, '--wait', '--max-cost', '0.001'])
  assert.is(held.code, 4, held.stderr)
  assert.match(held.stdout, /the budget of this run is \$0\.001/)
  assert.match(held.stdout, /so \$0\.00\d+ would be needed/)
  assert.equal(await desk.lines(['batches']), [])
  const typo = await desk.run([...RUN, '--max-cost', 'much'])
  assert.is(typo.code, 2)
  assert.match(typo.stderr, /--max-cost to be dollars.*got "much"/)

  assert.is((await desk.run([...RUN, '--wait', '--max-cost', '$1.00'])).code, 0)
  const { local } = await desk.json(['cost'])
  assert.is(local.requests, 32)
  const { submitted, reported } = await estimates(desk)
  assert.ok(Math.abs(submitted / reported - 1) < 0.02, `${submitted} estimated, ${reported} reported`)
})

/** Prompt tokens as they were estimated, and as the server counted them by code of its own. */
async function estimates(desk: Awaited<ReturnType<typeof makeDesk>>) {
  const batches = await desk.lines(['batches'])
  const submitted = batches.reduce((sum, { estimated_tokens: tokens }) => sum + tokens, 0)
  return { submitted, reported: (await desk.json(['cost'])).local.input_tokens }
}

lanes(
  'a limit, or a sample, sends no more than it says, though a held run has cut parts of all',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    assert.is((await desk.run([...RUN, '--wait', '--max-cost', '0.001'])).code, 4)
    const sampled = await desk.run(['plan', '--sample', '2', '--limit', '3'])
    assert.is(sampled.code, 0, sampled.stderr)
    assert.match(sampled.stderr, /Sample: 2 answers/)
    assert.match(sampled.stdout, /30 requests to send, 3 of them now, by the limit\./)
    assert.is((await desk.run([...RUN, '--wait', '--limit', '3'])).code, 0)
    assert.is((await desk.json(['cost'])).local.requests, 5)
  },
)

lanes('what answers report corrects what the rule of a model says, in a budget as in a plan', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await mkdir(desk.path('.hemline'))
  const rule = { 'gpt-4o-mini': { tile: { base: 1, per_tile: 0 }, as_of: '2026-11-25' } }
  await writeFile(desk.path('.hemline', 'models.json'), JSON.stringify(rule))
  const ENOUGH_BY_THE_RULE = ['--max-cost', '0.005']
  const few = [...RUN, '--model', 'gpt-4o-mini', '--wait', '--limit', '3', ...ENOUGH_BY_THE_RULE]
  assert.is((await desk.run(few)).code, 0)
  assert.is((await desk.run(['plan', ...ENOUGH_BY_THE_RULE])).code, 4)
  const held = await desk.run([...RUN, '--wait', ...ENOUGH_BY_THE_RULE])
  assert.is(held.code, 4, held.stdout)
  assert.match(held.stdout, /29 requests are expected to cost \$0\.008\d+/)
})

lanes('a run that fits its budget sends all its parts at once', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run(['init', '--images', 'samples/images', '--provider', 'local'])).code, 0)
  const config = JSON.parse(await readFile(desk.path('.hemline', 'config.json'), 'utf8'))
  await writeFile(desk.path('.hemline', 'config.json'), JSON.stringify({ ...config, part_requests: 8 }))
  const { methods } = await desk.json(['plan'])
  const chosen = methods.find(({ is_chosen: isChosen }: { is_chosen: boolean }) => isChosen)
  const enough = ((chosen.estimate.cost_nano_usd.batch * 1.01) / 1e9).toFixed(9)
  // Whether the first of them are answered by then depends on the machine.
  const run = await desk.run([...RUN, '--no-wait', '--max-cost', enough])
  assert.ok([0, 3].includes(run.code!), run.stderr)
  assert.is((await desk.lines(['batches'])).length, 4)
})

lanes('the original profile is estimated as closely', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const { code, stderr } = await desk.run([...RUN, '--profile', 'original', '--method', 'individual'])
  assert.is(code, 0, stderr)
  const { submitted, reported } = await estimates(desk)
  assert.ok(Math.abs(submitted / reported - 1) < 0.02, `${submitted} estimated, ${reported} reported`)
})

lanes('cost compare needs no home, and gives the same figures as JSON', async () => {
  await using desk = await makeDesk()
  const { code, stdout } = await desk.run(['cost', 'compare'])
  assert.is(code, 0)
  assert.match(stdout, '$0.2636')
  const { published } = await desk.json(['cost', 'compare'])
  assert.equal(
    published.map(({ cost_nano_usd: cost }: { cost_nano_usd: number }) => cost),
    [365_451_000, 203_658_000, 101_829_000],
  )
})

lanes.run()
