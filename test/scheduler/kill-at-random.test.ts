import { readFile, readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const killing = suite('killing a run at any moment')

const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--poll-interval', '0.05']
const SEEDS = [1, 2]
const KILLS = 4

/** Park and Miller's generator: the same moments in every run of the tests. */
function fractions(seed: number): () => number {
  let state = seed * 7_919
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** How often the embedded server answered each request: all lines of the output files that it keeps, whoever read them. */
async function answersAtServer(desk: Desk): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const folder = desk.path('.hemline', 'local-provider')
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/(output|errors)\.jsonl$/.test(name)) continue
    for (const line of (await readFile(`${folder}/${name}`, 'utf8')).split('\n')) {
      if (line === '') continue
      const { custom_id } = JSON.parse(line)
      counts.set(custom_id, (counts.get(custom_id) ?? 0) + 1)
    }
  }
  return counts
}

killing('never asks twice, loses nothing, and ends in the posts and sums of an undisturbed run', async () => {
  await using calm = await makeDesk()
  await placeSamples(calm)
  const started = performance.now()
  assert.is((await calm.run([...RUN, '--wait'])).code, 0)
  const undisturbedMs = performance.now() - started
  const posts = await calm.lines(['posts'])
  const cost = await calm.json(['cost'])
  assert.is((await answersAtServer(calm)).size, 32)

  for (const seed of SEEDS) {
    const next = fractions(seed)
    await using desk = await makeDesk()
    await placeSamples(desk)
    let killed = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const running = desk.start([...RUN, '--wait'])
      await Promise.race([sleep(next() * undisturbedMs), running.ended])
      running.child.kill('SIGKILL')
      const { signal } = await running.ended
      if (signal === 'SIGKILL') killed++
    }
    assert.ok(killed > 0, `seed ${seed}: nothing was killed`)
    const last = await desk.run([...RUN, '--wait'])
    assert.is(last.code, 0, `seed ${seed}:\n${last.stderr}`)

    const counts = await answersAtServer(desk)
    assert.is(counts.size, 32, `seed ${seed}`)
    assert.equal(
      [...counts.values()].filter((count) => count !== 1),
      [],
      `seed ${seed}: answered more than once`,
    )
    assert.equal(await desk.lines(['posts']), posts, `seed ${seed}`)
    assert.equal((await desk.json(['cost'])).local, cost.local, `seed ${seed}`)
    const tallies = (await desk.lines(['batches'])).map(({ state, tally }) => [
      state,
      tally.sent,
      tally.answered,
    ])
    assert.equal(tallies, [['collected', 32, 32]], `seed ${seed}`)
    const runs = await desk.lines(['runs'])
    assert.equal(
      runs.map(({ state }) => state).filter((state) => state !== 'done' && state !== 'interrupted'),
      [],
      `seed ${seed}: a run is left open`,
    )
    // What the killed processes had begun to write is gone, or was finished.
    const left = await readdir(desk.path('.hemline'), { recursive: true })
    assert.equal(
      left.filter((name) => name.endsWith('.part')),
      [],
      `seed ${seed}`,
    )
  }
})

killing.run()
