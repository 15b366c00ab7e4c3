import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Batch } from 'openai/resources/batches'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../../pipeline/clock.js'
import type { HemlineError } from '../../../../pipeline/errors.js'
import { startLocalServer } from '../../../../pipeline/provider/local-server/local-server.js'
import { rejection } from '../../../rejection.js'
import { assertResultLines } from './contract.js'
import { Gate } from './gate.js'
import { StoppedClock } from './stopped-clock.js'
import { temporaryDirectory } from './temporary-directory.js'
import { answerTo, batchWhen, clientOf, makeWorld, submit, tasks, textOf, until } from './world.js'

const restarting = suite('stopping and starting the local server')
const child = fileURLToPath(new URL('./crash-child.ts', import.meta.url))

function textIn(request: { messages: unknown[] }): string {
  return (request.messages[0] as { content: string }).content
}

/** Servers in processes of their own, one at a time, which can be killed; the last one ends with the test. */
function childServers(directory: string, answered: string) {
  let running: ChildProcess | undefined
  const kill = async () => {
    if (!running) return
    running.kill('SIGKILL')
    await once(running, 'exit')
    running = undefined
  }
  return {
    kill,
    async start(stuckText: string) {
      running = fork(child, [directory, answered, stuckText], { execArgv: ['--import', 'tsx'] })
      const [url] = await once(running, 'message')
      return clientOf(url)
    },
    [Symbol.asyncDispose]: kill,
  }
}

restarting('answers each line once, though the server is killed in the middle, twice', async () => {
  await using folder = await temporaryDirectory()
  const answered = join(folder.path, 'answered')
  await using servers = childServers(join(folder.path, 'server'), answered)
  const first = await servers.start('text 30')
  const { id } = await submit(first, tasks(100))
  // Two at a time and one of them stuck, so all the others have been answered and recorded.
  const isStuck = (batch: Batch) => batch.request_counts?.completed === 99
  await batchWhen(first, id, isStuck)
  await servers.kill()
  const resumed = await batchWhen(await servers.start('text 30'), id, isStuck)
  assert.is(resumed.status, 'in_progress')
  await servers.kill()
  const last = await servers.start('none')
  const batch = await batchWhen(last, id, 'completed')
  assert.equal(batch.request_counts, { total: 100, completed: 100, failed: 0 })
  assert.is(batch.usage?.total_tokens, 1200)
  const results = assertResultLines(await textOf(last, batch.output_file_id))
  assert.is(new Set(results.map(({ custom_id }) => custom_id)).size, 100)
  const texts = (await readFile(answered, 'utf8')).trimEnd().split('\n')
  assert.is(texts.length, 100)
  assert.is(new Set(texts).size, 100)
})

restarting('answers again at most the lines in flight, whenever it is killed', async () => {
  await using folder = await temporaryDirectory()
  const answered = join(folder.path, 'answered')
  await using servers = childServers(join(folder.path, 'server'), answered)
  let client = await servers.start('none')
  const { id } = await submit(client, tasks(1500))
  for (const completed of [1, 300, 600]) {
    const batch = await batchWhen(client, id, (seen) => (seen.request_counts?.completed ?? 0) >= completed)
    assert.is(batch.status, 'in_progress')
    await servers.kill()
    client = await servers.start('none')
  }
  const batch = await batchWhen(client, id, 'completed')
  const results = assertResultLines(await textOf(client, batch.output_file_id))
  assert.is(results.length, 1500)
  assert.is(new Set(results.map(({ custom_id }) => custom_id)).size, 1500)
  const texts = (await readFile(answered, 'utf8')).trimEnd().split('\n')
  assert.is(new Set(texts).size, 1500)
  assert.ok(texts.length <= 1500 + 3 * 2, `${texts.length} answers`)
})

restarting('stops between lines, and goes on where it stopped', async () => {
  const answered: string[] = []
  const gate = new Gate()
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request, signal) => {
      if (textIn(request) === 'text 3') await Promise.race([gate.passed(), once(signal, 'abort')])
      if (signal.aborted) throw new Error('given up')
      answered.push(textIn(request))
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(6))
  await until(() => gate.arrivals === 1)
  const startedAt = performance.now()
  await world.close()
  const took_ms = performance.now() - startedAt
  assert.ok(took_ms > 500 && took_ms < 1500, `closed in ${took_ms} ms`)
  assert.equal(answered, ['text 0', 'text 1', 'text 2'])
  gate.open()
  await world.restart()
  const batch = await batchWhen(world.client, id, 'completed')
  assert.equal(batch.request_counts, { total: 6, completed: 6, failed: 0 })
  assert.is(answered.length, 6)
  assert.not.match(world.events.join('\n'), /failed|interrupted/)
})

restarting('lets the lines in flight finish when they are quick', async () => {
  const answered: string[] = []
  const gate = new Gate()
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request) => {
      if (textIn(request) === 'text 1') await gate.passed()
      answered.push(textIn(request))
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(3))
  await until(() => gate.arrivals === 1)
  const closing = world.close()
  gate.open()
  await closing
  assert.equal(answered, ['text 0', 'text 1'])
  await world.restart()
  await batchWhen(world.client, id, 'completed')
  assert.equal(answered, ['text 0', 'text 1', 'text 2'])
})

restarting('closes soon though a responder hangs and connections stay open', async () => {
  await using world = await makeWorld({ respond: () => new Promise(() => {}) })
  const { client, url } = world
  await submit(client, tasks(2))
  const chat = client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
  const cut = rejection(chat)
  const idle = connect(Number(new URL(url).port), '127.0.0.1')
  await once(idle, 'connect')
  const ended = once(idle, 'close')
  const startedAt = performance.now()
  await Promise.all([world.close(), world.close()])
  const took_ms = performance.now() - startedAt
  assert.ok(took_ms < 1500, `closed in ${took_ms} ms`)
  await ended
  assert.match((await cut).message, 'Connection error')
})

restarting('finishes what a crash has interrupted between the last line and the end', async () => {
  const clock = new StoppedClock()
  await using world = await makeWorld({ clock })
  const { id } = await submit(world.client, tasks(3))
  const completed = await batchWhen(world.client, id, 'completed')
  const { data: files } = await world.client.files.list()
  await world.close()
  clock.advance(60_000)
  // As after a crash right before the last save: the files are there, the record still says finalizing.
  const path = join(world.directory, 'batches', id, 'batch.json')
  const record = JSON.parse(await readFile(path, 'utf8'))
  Object.assign(record.batch, { status: 'finalizing', completed_at: null, output_file_id: null, usage: null })
  await writeFile(path, JSON.stringify(record))
  await world.restart()
  const again = await batchWhen(world.client, id, 'completed')
  assert.equal(again, { ...completed, completed_at: completed.completed_at! + 60 })
  assert.equal((await world.client.files.list()).data, files)
})

restarting('cancels after a restart what was being cancelled', async () => {
  const gate = new Gate()
  await using world = await makeWorld({
    concurrency: 1,
    respond: async (request) => {
      if (textIn(request) === 'text 1') await gate.passed()
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(3))
  await until(() => gate.arrivals === 1)
  await world.client.batches.cancel(id)
  await world.restart()
  const batch = await batchWhen(world.client, id, 'cancelled')
  assert.equal(batch.request_counts, { total: 3, completed: 1, failed: 0 })
  assert.is(assertResultLines(await textOf(world.client, batch.error_file_id)).length, 2)
})

restarting('expires at its start what has expired while it was down', async () => {
  const clock = new StoppedClock()
  const gate = new Gate()
  await using world = await makeWorld({
    clock,
    concurrency: 1,
    respond: async (request) => {
      if (textIn(request) === 'text 1') await gate.passed()
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(3))
  await until(() => gate.arrivals === 1)
  await world.close()
  clock.advance(30 * 3_600_000)
  await world.restart()
  const batch = await batchWhen(world.client, id, 'expired')
  assert.equal(batch.request_counts, { total: 3, completed: 1, failed: 0 })
  assert.is(gate.arrivals, 1)
})

restarting('sweeps away a batch whose creation was never answered', async () => {
  await using world = await makeWorld()
  await world.close()
  await mkdir(join(world.directory, 'batches', 'batch_half'))
  await world.restart()
  assert.is((await world.client.batches.list()).data.length, 0)
})

restarting('does not start over a damaged record, and names it', async () => {
  await using world = await makeWorld()
  const { id } = await submit(world.client, tasks(1))
  await batchWhen(world.client, id, 'completed')
  await world.close()
  const path = join(world.directory, 'batches', id, 'batch.json')
  await writeFile(path, '{"sequence":1,')
  const options = {
    directory: world.directory,
    respond: async () => assert.unreachable() as never,
    clock: systemClock,
  }
  const error = (await rejection(startLocalServer(options))) as HemlineError
  assert.is(error.code, 'damaged_record')
  assert.match(error.message, path)
  await rm(path)
  await (await startLocalServer(options)).close()
})

restarting('rests after a fault of the machine, and then goes on', async () => {
  const clock = new StoppedClock()
  const gate = new Gate()
  await using world = await makeWorld({
    clock,
    respond: async (request) => {
      await gate.passed()
      return answerTo(request)
    },
  })
  const { id } = await submit(world.client, tasks(2))
  await until(() => gate.arrivals === 2)
  const inTheWay = join(world.directory, 'batches', id, 'batch.json.part')
  await mkdir(inTheWay)
  gate.open()
  await until(() => clock.hasSleeperIn(10_000))
  assert.match(world.events.join('\n'), 'batch.interrupted')
  await rm(inTheWay, { recursive: true })
  clock.advance(10_000)
  const batch = await batchWhen(world.client, id, 'completed')
  assert.equal(batch.request_counts, { total: 2, completed: 2, failed: 0 })
  assert.is(gate.arrivals, 2)
})

restarting('refuses a directory that another server uses, and a port that is taken', async () => {
  await using world = await makeWorld()
  const options = { respond: async () => assert.unreachable() as never, clock: systemClock }
  const inUse = (await rejection(
    startLocalServer({ ...options, directory: world.directory }),
  )) as HemlineError
  assert.is(inUse.code, 'local_server_running')
  assert.match(inUse.message, world.directory)
  await using other = await temporaryDirectory()
  const port = Number(new URL(world.url).port)
  const taken = (await rejection(
    startLocalServer({ ...options, directory: other.path, port }),
  )) as HemlineError
  assert.is(taken.code, 'port_in_use')
  const free = await startLocalServer({ ...options, directory: other.path })
  await free.close()
  assert.is((await world.client.files.list()).data.length, 0)
})

restarting.run()
