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

portioning.run()
