import { EventEmitter, once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import OpenAI from 'openai'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Clock } from '../../../pipeline/clock.js'
import type { News } from '../../../scheduler/watch/news.js'
import { type NotifierOptions, makeNotifier } from '../../../scheduler/watch/notifier.js'
import { notifySchema } from '../../../scheduler/watch/notify-config.js'

const notifying = suite('telling people')

const PATIENCE_MS = 20_000

function held(run: number, because = 'batch 4 is in doubt'): News {
  return { event: 'held', run, because, hint: 'Look at it.', spent: { requests: 2, cost_nano_usd: 3 } }
}

/** @property status  of the answers to come, one after the other; 204 when it is used up. `never` answers nothing. */
type ReceiverServer = AsyncDisposable & {
  url: string
  status: (number | 'never')[]
  got: { headers: Headers; body: string }[]
}

async function startReceiver(): Promise<ReceiverServer> {
  const receiver: Pick<ReceiverServer, 'status' | 'got'> = { status: [], got: [] }
  const server = createServer((incoming, outgoing) => {
    const headers = new Headers(incoming.headers as Record<string, string>)
    void text(incoming).then((body) => {
      receiver.got.push({ headers, body })
      const status = receiver.status.shift() ?? 204
      if (status !== 'never') outgoing.writeHead(status, { location: '/elsewhere' }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/T0PSECRETPATH`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  })
}

/** A notifier whose pauses pass at once, with what it warned of and for how long it paused. */
function make(options: Partial<NotifierOptions>) {
  const [warnings, slept]: [string[], number[]] = [[], []]
  const clock: Clock = { now: () => new Date(), sleep: async (ms) => void slept.push(ms) }
  const notifier = makeNotifier({
    on: ['failed', 'held', 'done'],
    home: '/home/of/it',
    clock,
    env: {},
    warn: (warning) => void warnings.push(warning),
    ...options,
  })
  return { ...notifier, warnings, slept }
}

notifying('posts what happened as JSON', async () => {
  await using receiver = await startReceiver()
  const { tell, close, warnings } = make({ url: receiver.url })
  tell(held(12))
  await close(PATIENCE_MS)
  assert.equal(warnings, [])
  const [{ body, headers }] = receiver.got as [ReceiverServer['got'][0]]
  const { at, ...message } = JSON.parse(body)
  assert.ok(Math.abs(Date.parse(at) - Date.now()) < 60_000)
  assert.equal(message, {
    event: 'held',
    run: 12,
    home: '/home/of/it',
    because: 'batch 4 is in doubt',
    hint: 'Look at it.',
    spent: { requests: 2, cost_nano_usd: 3 },
    text: 'run 12 of hemline in /home/of/it: held, batch 4 is in doubt\nLook at it.',
  })
  assert.is(headers.get('content-type'), 'application/json')
  assert.is(headers.get('webhook-signature'), null)
})

for (const secret of [
  `whsec_${Buffer.from('thirty-two bytes of a secret....').toString('base64')}`,
  'plain words',
]) {
  notifying(`signs so that another implementation of Standard Webhooks takes it ("${secret}")`, async () => {
    await using receiver = await startReceiver()
    receiver.status = [500]
    const { tell, close } = make({ url: receiver.url, env: { HEMLINE_NOTIFY_SECRET: secret } })
    tell(held(12))
    await close(PATIENCE_MS)
    const { webhooks } = new OpenAI({ apiKey: 'none' })
    for (const { body, headers } of receiver.got) await webhooks.verifySignature(body, headers, secret)
    // The receiver can tell a second try from a second message.
    assert.is(receiver.got.length, 2)
    assert.is(receiver.got[0]!.headers.get('webhook-id'), receiver.got[1]!.headers.get('webhook-id'))
  })
}

notifying('tries three times with pauses, then warns without the path of the URL, and goes on', async () => {
  await using receiver = await startReceiver()
  receiver.status = [500, 'never', 302]
  const { tell, close, warnings, slept } = make({ url: receiver.url, timeoutMs: 300 })
  tell(held(1))
  tell(held(2, 'another reason'))
  await close(PATIENCE_MS)
  assert.is(receiver.got.length, 4)
  assert.equal(slept, [1_000, 5_000])
  assert.is(warnings.length, 1)
  assert.match(warnings[0]!, /^http:\/\/127\.0\.0\.1:\d+ could not be told that a run is held: .+redirect/)
  assert.not.match(warnings[0]!, /T0PSECRET/)
  assert.is(JSON.parse(receiver.got[3]!.body).run, 2)
})

notifying('the same problem is told once, until a run was done, it changed, or telling failed', async () => {
  await using receiver = await startReceiver()
  const { tell, close } = make({ url: receiver.url, on: ['failed', 'held'] })
  const done = (run: number): News => ({ event: 'done', run, because: 'all is made', spent: null })
  for (const run of [1, 2, 3]) tell(held(run))
  tell(held(4, 'batch 5 is in doubt'))
  tell({ ...held(5), event: 'failed' })
  tell(done(6))
  tell(held(7))
  await close(PATIENCE_MS)
  const told = receiver.got.map(({ body }) => JSON.parse(body).run)
  assert.equal(told, [1, 4, 5, 7])
})

notifying('what could not be delivered is delivered when it is told again', async () => {
  await using receiver = await startReceiver()
  receiver.status = [500, 500, 500]
  const warned = new EventEmitter()
  const { tell, close } = make({ url: receiver.url, warn: () => void warned.emit('once') })
  tell(held(1))
  await once(warned, 'once')
  tell(held(2))
  await close(PATIENCE_MS)
  assert.equal(
    receiver.got.map(({ body }) => JSON.parse(body).run),
    [1, 1, 1, 2],
  )
})

notifying('the end of a run is told once a run', async () => {
  await using receiver = await startReceiver()
  const { tell, close } = make({ url: receiver.url, on: ['done'] })
  for (const run of [1, 1, 2]) tell({ event: 'done', run, because: 'all is made', spent: null })
  await close(PATIENCE_MS)
  assert.is(receiver.got.length, 2)
})

notifying(
  'a receiver that never answers holds nobody up, and messages beyond a hundred are dropped',
  async () => {
    await using receiver = await startReceiver()
    receiver.status = Array<'never'>(10).fill('never')
    const { tell, close, warnings } = make({ url: receiver.url, timeoutMs: PATIENCE_MS })
    for (let run = 1; run <= 120; run++) tell(held(run, `reason ${run}`))
    assert.is(warnings.length, 19)
    assert.match(warnings[0]!, 'too many messages wait')
    await close(50)
    assert.ok(receiver.got.length <= 1)
    tell(held(121, 'after the end'))
    assert.ok(receiver.got.length <= 1)
  },
)

notifying(
  'runs a command without a shell: arguments as they are, JSON on its input, no secrets',
  async () => {
    await using place = await temporaryFolder()
    const out = join(place.folder, 'out.json')
    const script = join(place.folder, 'tell.mjs')
    await writeFile(
      script,
      `import { readFileSync, writeFileSync } from 'node:fs'
     const input = JSON.parse(readFileSync(0, 'utf8'))
     writeFileSync(process.argv[2], JSON.stringify({ input, args: process.argv.slice(3), env: process.env }))`,
    )
    const secrets = {
      OPENAI_API_KEY: 'k1-k1-k1-k1',
      HEMLINE_NOTIFY_SECRET: 'k2',
      OPENAI_WEBHOOK_SECRET: 'k3',
      HEMLINE_DASHBOARD_TOKEN: 'k5',
    }
    const { tell, close, warnings } = make({
      command: [process.execPath, script, out, '$HOME; rm -rf "x"', '*'],
      env: { PATH: process.env['PATH'], TOLD_TO: 'anna', HEMLINE_UPSTREAM_KEY: 'k4', ...secrets },
    })
    tell(held(12, 'the provider refused k1-k1-k1-k1'))
    await close(PATIENCE_MS)
    assert.equal(warnings, [])
    const { input, args, env } = JSON.parse(await readFile(out, 'utf8'))
    assert.equal([input.run, input.because], [12, 'the provider refused ***'])
    assert.equal(args, ['$HOME; rm -rf "x"', '*'])
    assert.is(env.TOLD_TO, 'anna')
    for (const name of [...Object.keys(secrets), 'HEMLINE_UPSTREAM_KEY']) assert.not.ok(name in env, name)
  },
)

const brokenCommands: [string[], RegExp][] = [
  [
    [process.execPath, '-e', 'console.error("no mail today"); process.exit(7)'],
    /^the command "node" could not be told that a run is held: exit code 7, no mail today$/,
  ],
  [['/nowhere/at-all'], /^the command "at-all" could not be told that a run is held: ENOENT$/],
  [[process.execPath, '-e', 'setInterval(() => {}, 1000)'], /it took too long, and was killed$/],
]

for (const [command, warning] of brokenCommands) {
  notifying(`a command that fails is a warning: ${command.at(-1)}`, async () => {
    const { tell, close, warnings } = make({ command, timeoutMs: 700 })
    tell(held(1))
    await close(PATIENCE_MS)
    assert.is(warnings.length, 1)
    assert.match(warnings[0]!, warning)
  })
}

notifying('a URL that is out of reach does not keep the command from being run', async () => {
  await using place = await temporaryFolder()
  const out = join(place.folder, 'out')
  const write = 'require("fs").writeFileSync(process.argv[1], "told")'
  const { tell, close, warnings } = make({
    url: 'http://127.0.0.1:1/',
    command: [process.execPath, '-e', write, out],
  })
  tell(held(1))
  await close(PATIENCE_MS)
  assert.is(await readFile(out, 'utf8'), 'told')
  assert.is(warnings.length, 1)
})

notifying('the config names at least one way, and nothing that does not belong there', () => {
  const url = 'https://hooks.example/x'
  assert.equal(notifySchema.parse({ url }), { url, on: ['failed', 'held'] })
  assert.equal(notifySchema.parse({ command: ['mail', 'me'], on: ['done'] }).on, ['done'])
  for (const wrong of [
    {},
    { url: 'ftp://x.example' },
    { url: 'https://me:pass@x.example' },
    { command: [] },
    { command: 'mail me' },
    { url, on: [] },
    { url, on: ['started'] },
    { url, secret: 'x' },
  ]) {
    assert.is(notifySchema.safeParse(wrong).success, false, JSON.stringify(wrong))
  }
})

async function temporaryFolder(): Promise<AsyncDisposable & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hemline-notify-'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

notifying.run()
