import { readFile, readdir } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, type Running, makeDesk, placeSamples } from './cli.js'

const serving = suite('a server of its own')

const RUN = ['materialize', '--images', 'samples/images', '--poll-interval', '0.05']

type Served = AsyncDisposable & { url: string; server: Running }

async function serve(desk: Desk, port = 0): Promise<Served> {
  const server = desk.start(['serve-local', '--port', String(port), '--directory', 'server'])
  const url = await new Promise<string>((found, fail) => {
    let text = ''
    server.child.stdout!.on('data', (more: string) => {
      text += more
      const url = /OPENAI_BASE_URL=(\S+)/.exec(text)?.[1]
      if (url) found(url)
    })
    void server.ended.then(({ stderr }) => fail(new Error(`the server ended:\n${stderr}`)))
  })
  return {
    url,
    server,
    async [Symbol.asyncDispose]() {
      server.child.kill('SIGKILL')
      await server.ended
    },
  }
}

async function answersAtServer(desk: Desk): Promise<string[]> {
  const names = await readdir(desk.path('server'), { recursive: true })
  const outputs = names.filter((name) => name.endsWith('output.jsonl'))
  const texts = await Promise.all(outputs.map((name) => readFile(desk.path('server', name), 'utf8')))
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).custom_id)
}

serving(
  'takes a run from submission to posts over HTTP, and another key is not let near its batch',
  async () => {
    await using desk = await makeDesk()
    await placeSamples(desk)
    await using served = await serve(desk)
    const mine = { OPENAI_BASE_URL: served.url, OPENAI_API_KEY: 'sk-mine-0123456789' }
    const theirs = { ...mine, OPENAI_API_KEY: 'sk-theirs-0123456789' }

    const first = await desk.run([...RUN, '--no-wait'], mine)
    assert.is(first.code, 3, first.stderr)
    assert.match(first.stdout, 'The batch goes on without this program')
    const other = await desk.run([...RUN, '--wait'], theirs)
    assert.is(other.code, 1)
    assert.match(other.stderr, /error: batch batch_\w+ belongs to \S+ \(key \w+\), not to [^\n]*\nhint: /)
    const elsewhere = await desk.run([...RUN, '--wait'], {
      ...mine,
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
    })
    assert.is(elsewhere.code, 1)
    assert.match(elsewhere.stderr, /belongs to \S+ \(key \w+\), not to http:\/\/127\.0\.0\.1:1\/v1/)
    const keyless = await desk.run([...RUN, '--wait'])
    assert.is(keyless.code, 2)

    // A slash at the end of the address is the same account.
    const done = await desk.run([...RUN, '--wait', '--json'], { ...mine, OPENAI_BASE_URL: `${served.url}/` })
    assert.is(done.code, 0, done.stderr)
    assert.is(JSON.parse(done.stdout).submitted_batches, 0)
    assert.is((await desk.lines(['batches'])).length, 1)
    const answers = await answersAtServer(desk)
    assert.equal([answers.length, new Set(answers).size], [32, 32])
    const described = (await desk.lines(['images'])).filter(({ state }) => state === 'described')
    assert.is(described.length, 32)
    // Answers that were bought are priced, and the other key may use them: nothing is at the provider any more.
    assert.ok((await desk.json(['cost'])).billed.cost_nano_usd > 0)
    const again = await desk.run([...RUN, '--wait'], theirs)
    assert.is(again.code, 0)
    assert.match(again.stdout, 'nothing was spent ($0)')

    // No key is written anywhere.
    for (const name of await readdir(desk.folder, { recursive: true })) {
      if (!/^(\.hemline|server)\//.test(name)) continue
      const bytes = await readFile(desk.path(name)).catch(() => Buffer.alloc(0))
      assert.is(bytes.includes('0123456789'), false, name)
    }
  },
)

serving('that goes away is waited for: polls fail, the run does not, and no answer is lost', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const before = await serve(desk)
  const key = { OPENAI_BASE_URL: before.url, OPENAI_API_KEY: 'local' }
  const running = desk.start([...RUN, '--wait'], key)
  await running.says('batch.submitted')
  await before[Symbol.asyncDispose]()
  await running.says('batch.poll_failed')
  await using after = await serve(desk, Number(new URL(before.url).port))
  assert.is(after.url, before.url)
  const { code, stderr } = await running.ended
  assert.is(code, 0, stderr)
  const answers = await answersAtServer(desk)
  assert.equal([answers.length, new Set(answers).size], [32, 32])
  const [batch] = await desk.lines(['batches'])
  assert.equal([batch!['state'], batch!['tally']['answered']], ['collected', 32])
})

serving('that is not there yet fails no run: it waits, and goes on once the server is up', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  const gone = await serve(desk)
  await gone[Symbol.asyncDispose]()
  const key = { OPENAI_BASE_URL: gone.url, OPENAI_API_KEY: 'local' }
  const { code, stdout } = await desk.run([...RUN, '--no-wait'], key)
  assert.is(code, 3)
  assert.match(stdout, 'Go on with: hemline materialize --wait')
  await using _up = await serve(desk, Number(new URL(gone.url).port))
  const done = await desk.run([...RUN, '--wait', '--json'], key)
  assert.is(done.code, 0, done.stderr)
  const { submitted_batches, spent } = JSON.parse(done.stdout)
  assert.equal([submitted_batches, spent.requests], [1, 32])
})

serving('stops at Ctrl-C, and its folder cannot be served twice', async () => {
  await using desk = await makeDesk()
  const { server, [Symbol.asyncDispose]: stop } = await serve(desk)
  const second = await desk.run(['serve-local', '--port', '0', '--directory', 'server'])
  assert.is(second.code, 1)
  assert.match(second.stderr, /error: another local server is using "[^"]+"\nhint: /)
  server.child.kill('SIGINT')
  assert.is((await server.ended).code, 0)
  await stop()
})

serving.run()
