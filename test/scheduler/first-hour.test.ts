import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { existsSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { askSettings } from '../../scheduler/ask-settings.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const firstHour = suite('the first hour')

/** Types each line that is printed below `Next:`, as it stands there. */
function nextCommands(stdout: string): string[] {
  const [, below = ''] = stdout.split('Next:\n')
  return [...below.matchAll(/^ {2}hemline (.*?)(?: {2}.*)?$/gm)].map(([, command]) => command!)
}

async function stdoutOf(desk: Desk, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await desk.run(args)
  assert.is(code, 0, stderr)
  return stdout
}

firstHour('bare hemline says where one is and what to type next, from an empty folder to done', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const empty = await stdoutOf(desk, [])
  assert.match(empty, /There is no home at .*\.hemline yet/)
  assert.match(empty, /OPENAI_API_KEY is not set/)
  assert.equal(nextCommands(empty), ['demo', 'init', 'doctor', '--help'])

  const pinned = await stdoutOf(desk, ['init', '--images', 'samples/images', '--provider', 'local'])
  assert.equal(nextCommands(pinned), ['materialize --wait'])
  assert.match(await stdoutOf(desk, []), /described by the local server/)
  assert.equal(nextCommands(await stdoutOf(desk, [])), ['materialize --wait'])

  await stdoutOf(desk, ['materialize', '--wait', '--limit', '3'])
  const begun = await stdoutOf(desk, [])
  assert.match(begun, /requests {2}3 answered, 29 to be sent/)
  assert.match(begun, /for 3 answers \(local, not billed\)/)
  assert.equal(nextCommands(begun), ['materialize --wait', 'status'])

  await stdoutOf(desk, ['materialize', '--wait'])
  const done = await stdoutOf(desk, [])
  assert.match(done, /assets {4}all up to date/)
  for (const command of nextCommands(done)) await stdoutOf(desk, command.split(' '))
  assert.match(await readFile(desk.path('posts.csv'), 'utf8'), /^post_id,/)
  await checkExports(desk)
  await checkDoctor(desk)
})

/** An export is in the format that its file is named for. */
async function checkExports(desk: Desk): Promise<void> {
  await stdoutOf(desk, ['export', '--out', 'posts.JSON'])
  assert.is(JSON.parse(await readFile(desk.path('posts.JSON'), 'utf8')).length, 9)
  await stdoutOf(desk, ['export', '--out', 'posts'])
  assert.is((await readFile(desk.path('posts'), 'utf8')).trim().split('\n').length, 9)
}

/** The doctor finds nothing in a home that works. */
async function checkDoctor(desk: Desk): Promise<void> {
  const { checks } = await desk.json(['doctor'])
  assert.equal(
    checks.map(({ check, state }: { check: string; state: string }) => [check, state]),
    ['node', 'sqlite', 'home', 'disk', 'config', 'pictures', 'database', 'provider'].map((check) => [
      check,
      'ok',
    ]),
  )
}

firstHour('a home with a blank in its name is quoted in what to type next', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const home = ['--home', 'my home']
  const pinned = await stdoutOf(desk, ['init', '--images', 'samples', '--provider', 'local', ...home])
  assert.equal(nextCommands(pinned), ["materialize --home 'my home' --wait"])
})

firstHour('a list that is empty in one state does not say that there is nothing', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const run = ['materialize', '--images', 'samples/images/post-009', '--provider', 'local', '--wait']
  assert.is((await desk.run([...run, '--poll-interval', '0.05'])).code, 0)
  const skipped = await stdoutOf(desk, ['images', '--state', 'skipped'])
  assert.is(skipped, 'No images are in the state "skipped".\n')
  const failed = await stdoutOf(desk, ['requests', '--state', 'failed'])
  assert.is(failed, 'No requests are in the state "failed".\n')
})

firstHour('init asks for the two things that have no default, and again for what cannot be', async () => {
  const input = new PassThrough()
  const output = new PassThrough()
  const asked = askSettings(input, output, true)
  input.end('nowhere\n~\nazure\n\n')
  assert.equal(await asked, { images: homedir(), provider: 'openai' })
  output.end()
  const said = await text(output)
  assert.match(said, /"nowhere" does not exist/)
  assert.match(said, /Type openai or local, not "azure"/)
  const ended = new PassThrough()
  ended.end()
  assert.is(await askSettings(ended, new PassThrough(), false), undefined)
})

firstHour('the doctor names what is wrong and how to mend it', async () => {
  await using desk = await makeDesk()
  const { code, stdout } = await desk.run(['doctor', '--home', 'new'])
  assert.is(code, 1)
  assert.match(stdout, /To mend:\nkey: Set OPENAI_API_KEY/)
  assert.match(stdout, /config: Say where your pictures are: hemline init/)
  assert.not.ok(existsSync(desk.path('new')))

  await writeFile(desk.path('file'), '')
  assert.match((await desk.run(['doctor', '--home', 'file'])).stdout, /file is not a folder/)

  await mkdir(desk.path('broken'))
  await writeFile(desk.path('broken', 'config.json'), '{')
  await writeFile(
    desk.path('broken', 'hemline.db'),
    'this is not a database, it is a sentence of some length',
  )
  const broken = await desk.run(['doctor', '--home', 'broken'])
  assert.match(broken.stdout, /config +│ failed/)
  assert.match(broken.stdout, /database +│ failed/)
  assert.match(broken.stdout, /hemline recover/)
})

firstHour(
  'the doctor asks the provider whether it is there, takes the key, and has a Batch API',
  async () => {
    await using desk = await makeDesk()
    const server = desk.start(['serve-local', '--port', '0'])
    let stdout = ''
    const url = await new Promise<string>((resolve) => {
      server.child.stdout!.on('data', (chunk: string) => {
        stdout += chunk
        const found = /at (http\S+)/.exec(stdout)
        if (found) resolve(found[1]!)
      })
    })
    const env = { OPENAI_API_KEY: 'local' }
    const well = await desk.run(['doctor'], { ...env, OPENAI_BASE_URL: url })
    assert.match(well.stdout, /takes the key, and has a Batch API/)
    assert.match(well.stdout, /clock +│ ok/)
    assert.is(well.code, 0)
    const wrong = await desk.run(['doctor'], { ...env, OPENAI_BASE_URL: `${url}/wrong` })
    assert.match(wrong.stdout, /HTTP 404[^]*There is no Batch API at this base URL/)
    server.child.kill('SIGTERM')
    await server.ended
    const gone = await desk.run(['doctor'], { ...env, OPENAI_BASE_URL: url })
    assert.is(gone.code, 1)
    assert.match(gone.stdout, /provider +│ failed +│ no answer from/)
    assert.match(gone.stdout, /provider: Check the network/)
  },
)

firstHour('a home where none can be is told in one sentence', async () => {
  await using desk = await makeDesk()
  await writeFile(desk.path('file'), '')
  for (const home of ['file', 'file/below', ...(existsSync('/proc/self') ? ['/proc/hemline/home'] : [])]) {
    const { code, stderr } = await desk.run(['demo', '--home', home])
    assert.is(code, 1, stderr)
    assert.match(stderr, /^error: [^\n]+\nhint: [^\n]*--home[^\n]*\n$/, home)
  }
})

firstHour('a .env that cannot be read is told, and nothing else is in the way', async () => {
  await using desk = await makeDesk()
  await mkdir(desk.path('.env'))
  const { code, stdout, stderr } = await desk.run([])
  assert.is(code, 0)
  assert.match(stdout, /^There is no home/)
  assert.match(stderr, /^warning: "\.env" cannot be read, so nothing in it counts: [^\n]+\n$/)
})

firstHour('a run goes on when nobody reads its log any more', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const running = desk.start(['materialize', '--images', 'samples/images', '--provider', 'local', '--wait'])
  await running.says('run.started')
  running.child.stderr!.destroy()
  const { code, stdout } = await running.ended
  assert.is(code, 0)
  assert.match(stdout, /32 answers booked/)
})

firstHour('a folder without a picture says so, and where the reasons are', async () => {
  await using desk = await makeDesk()
  await mkdir(desk.path('letters'))
  await writeFile(desk.path('letters', 'anna.txt'), 'Dear Anna')
  await writeFile(desk.path('letters', 'broken.jpg'), 'not a picture')
  const stdout = await stdoutOf(desk, ['materialize', '--images', 'letters', '--provider', 'local'])
  assert.match(stdout, /No picture can be used: .* Why: hemline images --state skipped/)
  assert.not.match(stdout, /billed/)
})

firstHour('a provider that was never reached is not said to be at work', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const env = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' }
  const { code, stdout } = await desk.run(['materialize', '--images', 'samples', '--no-wait'], env)
  assert.is(code, 3)
  assert.match(stdout, /Waiting: .*\nGo on with: .*\nIs the provider in reach\? hemline doctor/)
  assert.not.match(stdout, /goes on without this program/)
  await rm(desk.path('.hemline'), { recursive: true })
})

firstHour.run()
