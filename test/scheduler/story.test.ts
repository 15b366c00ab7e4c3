import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const story = suite('a home over its life')

const FAST = ['--poll-interval', '0.05']
const LOCAL = ['materialize', '--provider', 'local', '--wait', ...FAST]

async function charged(desk: Desk): Promise<number> {
  return (await desk.json(['cost'])).local.requests
}

story('a folder: the first run describes everything, the second sends nothing and says so', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const first = await desk.json([...LOCAL, '--images', 'samples/images'])
  assert.equal([first.state, first.submitted_batches, first.spent.requests], ['done', 1, 32])
  const posts = await desk.lines(['posts'])
  assert.is(posts.length, 9)
  const described = posts.flatMap(({ images }) => images).filter(({ state }) => state === 'described')
  assert.is(described.length, 32)

  const again = await desk.run(['materialize', '--wait', ...FAST])
  assert.is(again.code, 0)
  assert.match(again.stdout, 'nothing changed, so no batch was submitted and nothing was spent ($0)')

  // The same pictures through a manifest: other posts' columns, no other request.
  const manifest = await desk.json(['materialize', '--images', 'samples/manifest.csv', '--wait', ...FAST])
  assert.equal([manifest.submitted_batches, manifest.spent.requests], [0, 0])
  const [post] = await desk.lines(['posts'])
  assert.is(post!['columns']['account'].startsWith('sender-'), true)

  const [batch] = await desk.lines(['batches'])
  assert.equal([batch!['state'], batch!['tally']['sent'], batch!['tally']['answered']], ['collected', 32, 32])
  const requests = await desk.lines(['requests'])
  assert.ok(requests.every(({ state, attempts, batch: id }) => state === 'answered' && attempts === 1 && id))
  assert.match(requests[0]!['custom_id'], /^1-[0-9a-f]{40}$/)
})

story('only what changed is asked again', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const images = (name: string): string => desk.path('samples', 'images', name)
  await desk.json([...LOCAL, '--images', 'samples/images'])
  const bought = async (): Promise<number> => {
    const before = await charged(desk)
    await desk.json(LOCAL)
    return (await charged(desk)) - before
  }
  const jpeg = await readFile(images('post-006/01.jpg'))

  // A comment behind the header makes other bytes of the same picture.
  const commented = (text: string): Buffer =>
    Buffer.concat([
      jpeg.subarray(0, 2),
      Buffer.from([0xff, 0xfe, 0, text.length + 2]),
      Buffer.from(text),
      jpeg.subarray(2),
    ])
  await writeFile(images('post-006/09.jpg'), commented('one'))
  assert.is(await bought(), 1, 'one photo added')
  await writeFile(images('post-006/09.jpg'), commented('two'))
  assert.is(await bought(), 1, 'one photo replaced')
  await copyFile(images('post-006/01.jpg'), images('post-009/09.jpg'))
  assert.is(await bought(), 0, 'the same bytes in another post')
  await rm(images('post-006/09.jpg'))
  assert.is(await bought(), 0, 'one photo removed')
  const posts = await desk.lines(['posts'])
  const counts = Object.fromEntries(posts.map(({ post_id, images: each }) => [post_id, each.length]))
  assert.equal([counts['post-006'], counts['post-009']], [4, 4])
})

story(
  'a caption changed in the manifest updates its post and asks nothing; a broken line changes nothing',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    await desk.json([...LOCAL, '--images', 'samples/manifest.csv'])
    const manifest = await readFile(desk.path('samples', 'manifest.csv'), 'utf8')
    const lines = manifest
      .split('\n')
      .map((line) =>
        line.includes('/post-006/')
          ? line.replace(/^([^,]*,[^,]*,[^,]*,[^,]*),("[^"]*"|[^,]*)/, '$1,"=HYPERLINK(""x"")"')
          : line,
      )
    await writeFile(desk.path('samples', 'manifest.csv'), lines.join('\n'))
    const run = await desk.json(LOCAL)
    assert.equal([run.submitted_batches, run.spent.requests], [0, 0])
    const made = run.steps.filter(({ state }: { state: string }) => state === 'done')
    assert.equal(
      made.map(({ asset }: { asset: string }) => asset),
      ['tasks_file', 'grouped_posts'],
    )
    const post = (await desk.lines(['posts'])).find(({ post_id }) => post_id === 'post-006')
    assert.is(post!['columns']['caption'], '=HYPERLINK("x")')

    // A line that cannot be read fails the run, and what was known stays.
    await appendFile(
      desk.path('samples', 'manifest.csv'),
      'images/post-006/01.jpg,post-006,minus one,a,b,c,d\n',
    )
    const { code, stderr } = await desk.run(LOCAL)
    assert.is(code, 1)
    assert.match(stderr, /error: .*34/)
    assert.match(stderr, /hint: /)
    assert.is((await desk.lines(['posts'])).length, 9)
  },
)

story('another profile asks everything again, says so before, and going back costs nothing', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.json([...LOCAL, '--images', 'samples/images'])
  const compact = await desk.lines(['posts'])
  const changed = await desk.run([...LOCAL, '--profile', 'original'])
  const why = changed.stderr.indexOf('profile went from compact to original')
  const sent = changed.stderr.indexOf('batch.submitted')
  assert.ok(why !== -1 && sent !== -1 && why < sent)
  assert.is(await charged(desk), 64)
  assert.equal(await desk.lines(['posts']), compact)
  const back = await desk.json([...LOCAL, '--profile', 'compact'])
  assert.equal([back.submitted_batches, back.spent.requests], [0, 0])
  const { profile } = await desk.json(['config'])
  assert.is(profile, 'compact')
})

story.run()
