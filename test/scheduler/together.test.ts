import { readFile, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Ended, makeDesk, placeSamples } from './cli.js'

const together = suite('one home, many processes')

const READERS = [
  ['status', '--json'],
  ['batches', '--json'],
  ['requests', '--json'],
  ['ticks', '--json', '--limit', '5'],
  ['posts', '--json'],
  ['cost', '--json'],
  ['runs', '--json', '--limit', '5'],
  ['explain', 'results', '--json'],
]

together('a daemon, people and readers never see a locked database', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(['init', '--images', 'samples/images', '--provider', 'local'])
  const path = desk.path('.hemline', 'config.json')
  const automation = { cut_hours: 0, poll_seconds: 0.05, assets: { images: { cron: '* * * * * *' } } }
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), automation }))
  const daemon = desk.start(['daemon'])
  await daemon.says('daemon.started')

  const ended: Ended[] = []
  const worker = async (commands: string[][]): Promise<void> => {
    for (const command of commands) ended.push(await desk.run(command))
  }
  const force = ['materialize', '--wait', '--force', '--json']
  await Promise.all([
    worker(READERS),
    worker(READERS.toReversed()),
    worker([force, force]),
    worker([force, ['daemon', '--once']]),
  ])
  daemon.child.kill('SIGTERM')
  const last = await daemon.ended
  const all = [...ended, last]
  assert.equal(
    all.filter(({ stderr }) => /database is locked|SQLITE_/.test(stderr)),
    [],
  )
  // Only the second daemon was turned away.
  assert.is(all.filter(({ code }) => code !== 0).length, 1)
  const requests = await desk.lines(['requests'])
  assert.is(requests.length, 32)
  assert.ok(requests.every(({ state, attempts }) => state === 'answered' && attempts === 1))
  const runs = await desk.lines(['runs'])
  assert.ok(
    runs.every(({ state }) => state === 'done' || state === 'interrupted'),
    JSON.stringify(runs),
  )
})

together.run()
