import { copyFile, readFile, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Desk, type Running, makeDesk, placeSamples } from './cli.js'

const daemons = suite('hemline daemon')

/** Looks at the folder every second, and cuts a batch at once. */
const EAGER = { cut_hours: 0, poll_seconds: 0.05, assets: { images: { cron: '* * * * * *' } } }

async function initialise(automation: object = EAGER): Promise<Desk> {
  const desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run(['init', '--images', 'samples/images', '--provider', 'local'])).code, 0)
  await configure(desk, automation)
  return desk
}

async function configure(desk: Desk, automation: object): Promise<void> {
  const path = desk.path('.hemline', 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...config, automation }))
}

async function answered(desk: Desk): Promise<number> {
  return (await desk.lines(['requests'])).filter(({ state }) => state === 'answered').length
}

/** Looks until it is so; the desk's own limit ends what never becomes so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(100)
}

async function stop({ child, ended }: Running): Promise<{ code: number | null; ms: number }> {
  const started = performance.now()
  child.kill('SIGTERM')
  const { code } = await ended
  return { code, ms: performance.now() - started }
}

daemons('describes what is there and what comes, by itself, and leaves within two seconds', async () => {
  await using desk = await initialise()
  const daemon = desk.start(['daemon'])
  await daemon.says('"event":"run.finished"')
  await until(async () => (await answered(desk)) === 32)
  const folder = desk.path('samples', 'images', 'post-006')
  await copyFile(`${folder}/01.jpg`, `${folder}/99.jpg`)
  await writeFile(`${folder}/99.jpg`, Buffer.concat([await readFile(`${folder}/01.jpg`), Buffer.from('x')]))
  await until(async () => (await answered(desk)) === 33)
  const { code, ms } = await stop(daemon)
  assert.is(code, 0)
  assert.ok(ms < 2_000, `${ms} ms`)

  const batches = await desk.lines(['batches'])
  assert.equal(
    batches.map(({ requests }) => requests),
    [1, 32],
  )

  // Nothing changed, so the next daemon, and one that only looks in, have nothing to do.
  const once = await desk.run(['daemon', '--once'])
  assert.is(once.code, 0, once.stderr)
  assert.is((await desk.lines(['batches'])).length, 2)
  const { decision } = await desk.json(['explain', 'results'])
  assert.is(decision.verdict, 'fresh')
  // The look that the stop broke off was redone.
  const ticks = await desk.lines(['ticks'])
  assert.ok(ticks.every(({ state }) => state === 'done'))
  assert.is(ticks.filter(({ run }) => run !== null).length, 2)
})

daemons('waits for enough requests, says so, and lets a person go before', async () => {
  await using desk = await initialise({ ...EAGER, cut_hours: 6 })
  const daemon = desk.start(['daemon'])
  await until(async () => {
    const [tick] = await desk.lines(['ticks']).catch(() => [])
    const tasks = tick?.decisions.find(({ asset }: { asset: string }) => asset === 'tasks_file')
    return /32 requests wait; a batch is cut at 100/.test(tasks?.because)
  })
  const { stdout } = await desk.run(['explain', 'tasks_file'])
  assert.match(stdout, /The daemon decided .* ago: wait, because 32 requests wait/)

  const followed = await desk.run(['materialize', '--wait', '--json'])
  assert.is(followed.code, 0, followed.stderr)
  const run = JSON.parse(followed.stdout)
  assert.equal([run.state, run.submitted_batches, run.spent.requests], ['done', 1, 32])
  assert.match(followed.stderr, /"event":"run.queued"/)
  assert.match(followed.stderr, /"event":"step.done","asset":"grouped_posts"/)
  const [listed] = await desk.lines(['runs'])
  assert.equal([listed.run, listed.trigger, listed.state], [run.run, 'person', 'done'])
  assert.is((await stop(daemon)).code, 0)
})

daemons('hold a home one at a time; the second says who holds it', async () => {
  await using desk = await initialise()
  const first = desk.start(['daemon'])
  await first.says('daemon.started')
  const second = await desk.run(['daemon'])
  assert.is(second.code, 1)
  assert.match(second.stderr, new RegExp(`error: .*process ${first.child.pid} on `))
  assert.is((await stop(first)).code, 0)
})

daemons('that die in the middle of a run leave it to whoever follows it', async () => {
  await using desk = await initialise({ ...EAGER, cut_hours: 6 })
  const daemon = desk.start(['daemon'])
  await daemon.says('source.observed')
  const person = desk.start(['materialize', '--wait', '--json', '--force'])
  await daemon.says('"event":"step.started","asset":"tasks_file"')
  daemon.child.kill('SIGKILL')
  const { code, stdout, stderr } = await person.ended
  assert.is(code, 0, stderr)
  assert.is(await answered(desk), 32)
  const { run } = JSON.parse(stdout)
  const runs = await desk.lines(['runs'])
  assert.equal(
    runs.map((each) => [each.run, each.state]),
    [[run, 'done']],
  )
})

daemons('that die when a limit is used up leave none of it to whoever follows the run', async () => {
  await using desk = await initialise({ ...EAGER, cut_hours: 6 })
  const daemon = desk.start(['daemon'])
  await daemon.says('source.observed')
  const person = desk.start(['materialize', '--wait', '--json', '--limit', '5'])
  await daemon.says('"event":"step.done","asset":"submitted_batch"')
  daemon.child.kill('SIGKILL')
  const { code, stderr } = await person.ended
  assert.is(code, 0, stderr)
  assert.is(await answered(desk), 5)
})

daemons('that are stopped in the middle of a run put it back into the queue for the next one', async () => {
  await using desk = await initialise({ ...EAGER, cut_hours: 6 })
  const daemon = desk.start(['daemon'])
  await daemon.says('source.observed')
  const person = desk.start(['materialize', '--no-wait', '--limit', '5'])
  await daemon.says('"event":"step.started","asset":"tasks_file"')
  person.child.kill('SIGINT')
  assert.match((await person.ended).stderr, /is not followed any longer; the daemon goes on with it/)
  assert.is((await stop(daemon)).code, 0)
  const next = desk.start(['daemon'])
  await until(async () => (await desk.lines(['runs']))[0].state === 'done')
  assert.is((await stop(next)).code, 0)
  assert.is(await answered(desk), 5)
})

daemons(
  'are seen and heard: health, metrics, a line of the status, and word when a run is done',
  async () => {
    await using desk = await initialise()
    const config = desk.path('.hemline', 'config.json')
    const told = desk.path('told.json')
    const command = [
      process.execPath,
      '-e',
      `process.stdin.pipe(require('fs').createWriteStream(${JSON.stringify(told)}))`,
    ]
    const notify = { command, on: ['done'] }
    await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, 'utf8')), notify }))
    const daemon = desk.start(['daemon', '--port', '0'])
    let url = ''
    daemon.child.stderr!.on('data', (text: string) => (url ||= /"url":"([^"]+)"/.exec(text)?.[1] ?? ''))
    await daemon.says('daemon.listening')
    await until(async () => (await answered(desk)) === 32)
    const health = await fetch(`${url}/health`)
    assert.is(health.status, 200)
    assert.is(((await health.json()) as { pid: number }).pid, daemon.child.pid)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    assert.match(metrics, /hemline_requests\{state="answered"\} 32/)
    const { stdout } = await desk.run(['status'])
    assert.match(stdout, new RegExp(`daemon: process ${daemon.child.pid} on `))
    await until(async () => (await readFile(told, 'utf8').catch(() => '')).includes('}'))
    const news = JSON.parse(await readFile(told, 'utf8'))
    assert.equal([news.event, news.spent.requests > 0], ['done', true])
    assert.is((await stop(daemon)).code, 0)
    assert.is((await desk.json(['status'])).daemon, null)
  },
)

daemons('keep the last good config, and tell of a bad one', async () => {
  await using desk = await initialise()
  const daemon = desk.start(['daemon'])
  await daemon.says('daemon.started')
  await configure(desk, { ...EAGER, assets: { reslts: 'never' } })
  await daemon.says('"event":"daemon.config_refused"')
  await until(async () => (await answered(desk)) === 32)
  assert.is((await stop(daemon)).code, 0)
  const refused = await desk.run(['daemon'])
  assert.is(refused.code, 2)
  assert.match(refused.stderr, /"reslts"; did you mean "results"/)
})

daemons('at rest notice within a second what is asked of them, and every edit', async () => {
  const asleep = { poll_seconds: 0.05, assets: { images: 'never', recipe: 'never' } }
  await using desk = await initialise(asleep)
  const daemon = desk.start(['daemon'])
  await until(async () => (await desk.lines(['ticks']).catch(() => [])).length > 0)
  const edited: number[] = []
  for (const wrong of ['first', 'second', 'third']) {
    await configure(desk, { assets: { [wrong]: 'never' } })
    const began = performance.now()
    await daemon.says(`no asset \\"${wrong}`)
    edited.push(performance.now() - began)
  }
  // A beat comes every ten seconds, and may hide one that was not noticed.
  assert.ok(edited.toSorted((a, b) => a - b)[1]! < 2_000, edited.join())
  await configure(desk, asleep)
  const followed = desk.start(['materialize', '--wait', '--json'])
  await followed.says('"event":"run.queued"')
  const began = performance.now()
  await daemon.says('"event":"run.started"')
  assert.ok(performance.now() - began < 5_000)
  assert.is((await followed.ended).code, 0)
  assert.is((await stop(daemon)).code, 0)
})

daemons('refuse a home in which nothing is pinned', async () => {
  await using desk = await makeDesk()
  const { code, stderr } = await desk.run(['daemon'])
  assert.is(code, 2)
  assert.match(stderr, /hint: .*hemline init --images/)
})

daemons.run()
