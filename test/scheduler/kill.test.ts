import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const killing = suite('killing a run')

const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--poll-interval', '0.05']

/** Everything that must come out the same, however often a run was killed. */
async function outcome(desk: Desk): Promise<object> {
  const posts = await desk.lines(['posts'])
  const { local } = await desk.json(['cost'])
  const requests = await desk.lines(['requests'])
  const attempts = requests.map(({ state, attempts: count }) => [state, count])
  return { posts, local, attempts }
}

/** How often each request was executed at the provider: the lines of all output files that it wrote. */
async function executions(desk: Desk): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const folder = desk.path('.hemline', 'batch_jobs')
  for (const name of await readdir(folder)) {
    if (!/^results_.*\.jsonl$/.test(name)) continue
    for (const line of (await readFile(`${folder}/${name}`, 'utf8'))
      .split('\n')
      .filter((each) => each !== '')) {
      const { custom_id } = JSON.parse(line)
      counts.set(custom_id, (counts.get(custom_id) ?? 0) + 1)
    }
  }
  return counts
}

const boundaries = [
  'run.started',
  'source.observed',
  'step.started',
  'batch.uploading',
  'batch.submitted',
  'batch.polled',
  'batch.collected',
  '"asset":"grouped_posts"',
]

killing(
  'anywhere, again and again, ends in the same posts and the same ledger as an undisturbed run',
  async () => {
    await using calm = await makeDesk()
    await placeSamples(calm)
    await calm.run([...RUN, '--wait'])

    await using desk = await makeDesk()
    await placeSamples(desk)
    for (const boundary of boundaries) {
      const running = desk.start([...RUN, '--wait'])
      await running.says(boundary).catch(() => {})
      // A little later, and each time somewhere else within the step that follows.
      await sleep(boundaries.indexOf(boundary) * 7)
      running.child.kill('SIGKILL')
      await running.ended
    }
    const { code } = await desk.run([...RUN, '--wait'])
    assert.is(code, 0)

    assert.equal(await outcome(desk), await outcome(calm))
    const counts = await executions(desk)
    assert.is(counts.size, 32)
    assert.ok([...counts.values()].every((count) => count === 1))
    for (const { state, tally } of await desk.lines(['batches'])) {
      assert.is(state, 'collected')
      assert.is(tally.sent, tally.answered)
    }
  },
)

killing('a second process on the same home is refused by name, and changes nothing', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const first = desk.start([...RUN, '--wait', '--poll-interval', '600'])
  await first.says('step.waiting')
  const second = await desk.run([...RUN, '--wait'])
  assert.is(second.code, 1)
  assert.match(second.stderr, `process ${first.child.pid}`)
  assert.is((await desk.run(['status'])).code, 0)
  first.child.kill('SIGKILL')
  await first.ended
  const third = await desk.json([...RUN, '--wait'])
  assert.equal([third.state, third.submitted_batches], ['done', 0])
})

killing.run()
