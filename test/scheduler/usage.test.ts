import { readdir, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeDesk, placeSamples } from './cli.js'

const usage = suite('typing commands')

usage(
  'without a key says in one sentence what is missing and the two ways on, and writes nothing',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const { code, stderr, stdout } = await desk.run(['materialize', '--images', 'samples/images'])
    assert.is(code, 2)
    assert.is(stdout, '')
    assert.match(
      stderr,
      /^error: There is no OPENAI_API_KEY[^\n]*\nhint: [^\n]*OPENAI_API_KEY[^\n]*--provider local[^\n]*\n$/,
    )
    assert.equal(await readdir(desk.folder), ['samples'])
  },
)

const wrong: [string[], RegExp][] = [
  [['materialise'], /no command "materialise"; did you mean materialize\?/],
  [['materialise', '--images', 'samples', '--wait'], /no command "materialise"; did you mean materialize\?/],
  [['images', 'batches'], /nothing is expected where "batches" stands/],
  [
    ['materialize', 'post', '--provider', 'local', '--images', 'samples'],
    /no asset "post"; did you mean "grouped_posts"\?/,
  ],
  [['materialize', 'results*', '--provider', 'local', '--images', 'samples'], /did you mean "results\+"\?/],
  [['materialize', '--imagse', 'samples'], /no option --imagse; did you mean --images\?/],
  [['materialize', '--images', 'nowhere', '--provider', 'local'], /"nowhere", which does not exist/],
  [['materialize', '--provider', 'local'], /does not know yet where your pictures are/],
  [
    ['materialize', '--images', 'samples', '--model', 'gpt-6-lunar', '--provider', 'local'],
    /gpt-6-lunar.*"gpt-6-luna"/,
  ],
  [['materialize', '--images', 'samples', '--detail', 'medium'], /medium/],
  [
    ['materialize', '--poll-interval', 'abc', '--images', 'samples'],
    /--poll-interval to be a number, got "abc"/,
  ],
  [['materialize', '--poll-interval', '0', '--images', 'samples'], /--poll-interval to be a number from/],
  [['materialize', '--limit', '1.5', '--images', 'samples'], /--limit to be a whole number from 1/],
  [
    ['materialize', '--provider', 'azure', '--images', 'samples'],
    /--provider to be one of openai, local; got "azure"/,
  ],
  [['materialize', '--images'], /--images wants a value\n.*hemline materialize --help/],
  [['materialize', '--provider', 'local', '--images', ''], /--images is empty/],
  [['materialize', '--provider', 'local', '--images', 'samples', '--home', ''], /--home is empty/],
  [['materialize', '--limit', '0', '--images', 'samples'], /--limit to be a whole number from 1/],
  [['explain', 'result'], /did you mean "results"\?/],
  [['status', '--home', 'nowhere'], /no hemline home at/],
  [['export'], /--out is missing/],
  [['export', '--format', 'xml', '--out', 'posts.xml'], /one of json, jsonl, csv; got "xml"/],
  [['serve-local', '--port', '70000'], /--port to be a whole number from 0 to 65535/],
  [['serve-local', '--faults', 'nowhere.json'], /--faults names "nowhere.json", which cannot be read/],
]

for (const [args, expected] of wrong) {
  usage(`hemline ${args.join(' ')} names what is wrong and the next step`, async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    const { code, stdout, stderr } = await desk.run(args)
    assert.is(code, 2, stderr)
    assert.is(stdout, '')
    assert.match(stderr, expected)
    assert.match(stderr, /^error: .+/)
    assert.match(stderr, /\nhint: .+\n/)
    assert.not.match(stderr, / at .*\.ts:\d+/)
  })
}

usage('what a manifest holds for the terminal does not reach it, not even in an error', async () => {
  await using desk = await makeDesk()
  await writeFile(desk.path('posts.csv'), 'imagex\u001b]0;mine\u0007,post\na.jpg,1\n')
  const { code, stdout, stderr } = await desk.run([
    ...['materialize', 'images', '--images', 'posts.csv', '--provider', 'local'],
  ])
  assert.is(code, 1)
  assert.match(stderr, /^error: .*"imagex\\u001b\]0;mine\\u0007"/m)
  await writeFile(desk.path('posts.csv'), 'image,\u009b31m\na.jpg,\u009bm\n')
  const again = await desk.run(['materialize', 'images', '--images', 'posts.csv', '--provider', 'local'])
  assert.is(again.code, 0, again.stderr)
  assert.equal((await desk.lines(['images']))[0].columns, { '\u009b31m': '\u009bm' })
  const { stdout: json } = await desk.run(['images', '--json'])
  // oxlint-disable-next-line no-control-regex
  assert.not.match(stdout + stderr + json, /[\u0007\u001b\u009b]/)
})

usage('listings of a home that was only looked at say what to do next', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const run = await desk.run(['materialize', 'images', '--images', 'samples/images', '--provider', 'local'])
  assert.is(run.code, 0)
  for (const name of [
    'requests',
    'batches',
    'failures',
    'posts',
    'cost',
    'runs',
    'status',
    'images',
    'config',
  ]) {
    const { code, stdout } = await desk.run([name])
    assert.is(code, 0, name)
    assert.ok(stdout.length > 10, name)
    const json = await desk.run([name, '--json'])
    assert.is(json.code, 0, name)
    assert.not.match(json.stdout, /[┌│]/, name)
  }
})

usage.run()
