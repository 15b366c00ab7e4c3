import { appendFile, copyFile, rm } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const meanwhile = suite('while a batch is at the provider')

const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--poll-interval', '0.05']

/** How the requests of each batch ended, newest first: sent and answered. */
async function tallies(desk: Desk): Promise<[number, number][]> {
  const batches = await desk.lines(['batches'])
  return batches.map(({ tally }) => [tally.sent, tally.answered])
}

async function addPhoto(desk: Desk, name: string): Promise<void> {
  const photo = desk.path('samples', 'images', 'post-006', name)
  await copyFile(desk.path('samples', 'images', 'post-006', '01.jpg'), photo)
  await appendFile(photo, name)
}

meanwhile(
  'a photo that is added is one more batch, one that is removed is paid for and left out',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    assert.is((await desk.run([...RUN, '--no-wait'])).code, 3)
    await addPhoto(desk, '08.jpg')
    await addPhoto(desk, '09.jpg')
    assert.is((await desk.run([...RUN, '--no-wait'])).code, 3)
    await rm(desk.path('samples', 'images', 'post-006', '09.jpg'))
    const done = await desk.json([...RUN, '--wait'])
    assert.equal([done.state, done.submitted_batches], ['done', 0])
    assert.equal(await tallies(desk), [
      [2, 2],
      [32, 32],
    ])
    assert.is((await desk.json(['cost'])).local.requests, 34)
    const post = (await desk.lines(['posts'])).find(({ post_id }) => post_id === 'post-006')
    const pictures = post.images.map(({ image, state }: Record<string, string>) => [image, state])
    assert.equal(
      pictures,
      ['01', '02', '03', '04', '08'].map((name) => [`post-006/${name}.jpg`, 'described']),
    )
    // Put back, it has its answer already.
    await addPhoto(desk, '09.jpg')
    assert.is((await desk.json([...RUN, '--wait'])).spent.requests, 0)
  },
)

meanwhile('another profile is another batch; the answers of the first are booked all the same', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run([...RUN, '--profile', 'compact', '--no-wait'])).code, 3)
  const verbose = await desk.json([...RUN, '--profile', 'original', '--wait'])
  assert.equal([verbose.state, verbose.submitted_batches, verbose.spent.requests], ['done', 1, 64])
  const posts = await desk.lines(['posts'])
  const back = await desk.json([...RUN, '--profile', 'compact', '--wait'])
  assert.equal([back.submitted_batches, back.spent.requests], [0, 0])
  assert.equal(await desk.lines(['posts']), posts)
  assert.equal(await tallies(desk), [
    [32, 32],
    [32, 32],
  ])
})

meanwhile(
  'of four processes that start at once on a new home one works, and the others name it',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const started = [1, 2, 3, 4].map(() => desk.start([...RUN, '--wait']))
    const ended = await Promise.all(
      started.map(async ({ child, ended: end }) => ({ pid: child.pid, ...(await end) })),
    )
    const winners = ended.filter(({ code }) => code === 0)
    assert.ok(winners.length >= 1)
    const pids = winners.map(({ pid }) => `process ${pid} `)
    for (const { code, stderr } of ended.filter((each) => each.code !== 0)) {
      assert.is(code, 1, stderr)
      assert.match(
        stderr,
        /\nerror: another hemline works in this home: |^error: another hemline works in this home: /,
      )
      assert.ok(
        pids.some((pid) => stderr.includes(pid)),
        stderr,
      )
    }
    assert.equal(await tallies(desk), [[32, 32]])
    assert.is((await desk.json(['cost'])).local.requests, 32)
  },
)

meanwhile.run()
