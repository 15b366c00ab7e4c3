import { readFile, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const portioning = suite('sending in portions')

const FAST = ['--poll-interval', '0.05']
const LOCAL = ['materialize', '--provider', 'local', '--wait', ...FAST]

async function charged(desk: Desk): Promise<number> {
  return (await desk.json(['cost'])).local.requests
}

portioning('a limit takes so many, and the next run takes the rest', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const first = await desk.json([...LOCAL, '--images', 'samples/images', '--limit', '5'])
  assert.is(first.spent.requests, 5)
  const { assets } = await desk.json(['status'])
  const tasks = assets.find(({ asset }: { asset: string }) => asset === 'tasks_file')
  assert.equal(tasks.causes, ['27 requests wait for a tasks file'])
  assert.is((await desk.json(LOCAL)).spent.requests, 27)
})

portioning('a window of enqueued tokens is never exceeded, and the batches follow each other', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(['init', '--images', 'samples/images', '--provider', 'local'])
  const config = JSON.parse(await readFile(desk.path('.hemline', 'config.json'), 'utf8'))
  await writeFile(
    desk.path('.hemline', 'config.json'),
    JSON.stringify({ ...config, enqueued_tokens: 15_000 }),
  )
  const run = await desk.json(LOCAL)
  assert.is(run.state, 'done')
  const batches = await desk.lines(['batches'])
  assert.ok(batches.length >= 3, String(batches.length))
  const spans = batches.map(({ intended_at, collected_at }) => [intended_at, collected_at]).toSorted()
  for (const [index, [start]] of spans.entries()) {
    if (index > 0)
      assert.ok(start > spans[index - 1]![1], 'a batch was sent while another one filled the window')
  }
  assert.ok(batches.every(({ estimated_tokens }) => estimated_tokens <= 15_000))
  assert.is(await charged(desk), 32)
})

/** How many requests were sent, or answered by now. */
async function sent(desk: Desk): Promise<number> {
  const requests = await desk.lines(['requests'])
  return requests.filter(({ state }) => state === 'submitted' || state === 'answered').length
}

portioning('a limit is that of a run, also when the same command goes on with it', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const limited = [...LOCAL.slice(0, 3), '--images', 'samples/images', '--limit', '5']
  const { code, stdout } = await desk.run([...limited, '--no-wait'])
  assert.is(code, 3)
  assert.match(stdout, 'Go on with: hemline materialize --limit 5 --wait')
  assert.is((await desk.run([...limited, '--no-wait'])).code, 3)
  assert.is((await desk.json([...limited, '--wait', ...FAST])).state, 'done')
  assert.is(await sent(desk), 5)
  // Without it, the run is another one.
  await desk.run([...limited, '--no-wait'])
  assert.is((await desk.json(LOCAL)).run, 3)
  assert.is(await sent(desk), 32)
})

portioning('a sample that was killed in the middle is gone on with by the same command', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(['init', '--images', 'samples/images', '--provider', 'local'])
  const sample = ['plan', '--sample', '6']
  const killed = desk.start(sample)
  await killed.says('calls.opened')
  killed.child.kill('SIGKILL')
  await killed.ended
  assert.match((await desk.run(sample)).stderr, 'Sample: 6 answers')
  assert.is(await charged(desk), 6)
  // What is stopped says so, without a stack.
  const stopped = desk.start(sample)
  await stopped.says('calls.opened')
  stopped.child.kill('SIGINT')
  const { code, stderr } = await stopped.ended
  assert.is(code, 1)
  assert.match(stderr, 'Interrupted.')
  assert.not.match(stderr, '    at ')
  assert.is((await desk.run(sample)).code, 0)
  assert.is(await charged(desk), 12)
})

portioning('a limited run that was stopped is gone on with, unless another one came between', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const limited = [...LOCAL, '--images', 'samples/images', '--method', 'individual', '--limit', '5']
  const stop = async (): Promise<void> => {
    const stopped = desk.start(limited)
    await stopped.says('calls.opened')
    stopped.child.kill('SIGINT')
    await stopped.ended
  }
  await stop()
  const run = await desk.json(limited)
  assert.equal([run.run, run.state], [1, 'done'])
  assert.is(await charged(desk), 5)
  await stop()
  assert.is((await desk.json([...limited.slice(0, -1), '1'])).run, 3)
  // What was opened is asked, by whichever run.
  assert.is(await charged(desk), 11)
  assert.is((await desk.json(limited)).run, 4)
  assert.is(await charged(desk), 16)
})

portioning('a budget of a run holds what an earlier one began to ask one by one', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const oneByOne = [...LOCAL, '--images', 'samples/images', '--method', 'individual']
  const killed = desk.start(oneByOne)
  await killed.says('calls.opened')
  killed.child.kill('SIGKILL')
  await killed.ended
  const before = await charged(desk)
  assert.ok(before < 32, String(before))
  const { code, stdout } = await desk.run([...oneByOne, '--max-cost', '0.0001'])
  assert.is(code, 4)
  assert.match(stdout, 'Held: the budget of this run is $0.0001')
  // An answer that was on disk is booked; nothing is asked.
  assert.is((await desk.json([...oneByOne, '--max-cost', '1'])).state, 'done')
  assert.is(await charged(desk), 32)
})

portioning('what a killed run was allowed, a daemon that goes on with it is allowed', async () => {
  for (const [terms, most] of [
    [['--limit', '5'], 5],
    [['--max-cost', '0'], 0],
  ] as const) {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const killed = desk.start([...LOCAL, '--images', 'samples/images', ...terms])
    await killed.says('run.started')
    killed.child.kill('SIGKILL')
    await killed.ended
    const { stderr } = await desk.run(['daemon', '--once'])
    assert.match(stderr, '"event":"step.done","asset":"tasks_file"')
    assert.is(await sent(desk), most, terms.join(' '))
  }
})

portioning.run()
