import { access } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../data/database.js'
import { cleanHome } from '../../scheduler/clean-home.js'
import { retentionSchema } from '../../scheduler/retention.js'
import { homeAt } from '../../data/home.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const cleaning = suite('cleaning a home')

const DAY = 86_400_000
const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--wait']

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function described(desk: Desk): Promise<number> {
  return (await desk.lines(['requests'])).filter(({ state }) => state === 'answered').length
}

cleaning('deletes tasks files once their answers are old, and nothing that anything needs', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run(RUN)).code, 0)
  const young = await desk.run(['clean', '--dry-run'])
  assert.match(young.stdout, /nothing to clean/)

  const [batch] = await desk.lines(['batches'])
  const home = homeAt(desk.path('.hemline'))
  const tasks = home.pathOf(batch.part)
  const results = tasks.replace('fashion_batch_', 'results_')
  const db = await openDatabase(home.database)
  try {
    const clean = (days: number, isDryRun = false) =>
      cleanHome(db, home, retentionSchema.parse({}), new Date(Date.now() + days * DAY), isDryRun)
    const planned = await clean(8, true)
    assert.equal(
      planned.map(({ kind }) => kind),
      ['task_file'],
    )
    assert.ok(await exists(tasks))
    assert.equal(await clean(8), planned)
    assert.equal([await exists(tasks), await exists(results)], [false, true])
    assert.equal(await clean(8), [])
    await clean(91)
    assert.is(await exists(results), false)
    await clean(400)
  } finally {
    await db.destroy()
  }
  // Posts, answers and charges are as they were; the next run has nothing to do and finds all it needs.
  assert.is(await described(desk), 32)
  const again = await desk.json(RUN)
  assert.equal([again.submitted_batches, again.spent.requests], [0, 0])
  assert.is((await desk.json(['cost'])).local.requests, 32)
  assert.is(
    (await desk.json(['status'])).assets.every(({ status }: { status: string }) => status !== 'stale'),
    true,
  )
})

cleaning('never touches what is in flight', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run([...RUN.slice(0, -1), '--no-wait'])).code, 3)
  const home = homeAt(desk.path('.hemline'))
  const db = await openDatabase(home.database)
  try {
    const kinds = await cleanHome(db, home, retentionSchema.parse({}), new Date(Date.now() + 4_000 * DAY))
    assert.equal(
      kinds.filter(({ kind }) => kind !== 'steps'),
      [],
    )
  } finally {
    await db.destroy()
  }
  assert.is((await desk.run(RUN)).code, 0)
  assert.is(await described(desk), 32)
})

cleaning('keeps the days that the config says', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  assert.is((await desk.run(RUN)).code, 0)
  const { readFile, writeFile } = await import('node:fs/promises')
  const path = desk.path('.hemline', 'config.json')
  const config = JSON.parse(await readFile(path, 'utf8'))
  await writeFile(path, JSON.stringify({ ...config, retention: { task_files_days: 0 } }))
  const { stdout, code } = await desk.run(['clean', '--dry-run'])
  assert.is(code, 0)
  assert.match(stdout, /task_file .*1\.\d+ MB/)
  assert.match(stdout, /Nothing was deleted/)
  const lines = await desk.lines(['clean'])
  assert.equal(Object.keys(lines[0]), ['kind', 'path', 'bytes', 'because'])
  await writeFile(path, JSON.stringify({ ...config, retention: { task_files_days: -1 } }))
  assert.is((await desk.run(['clean'])).code, 2)
})

cleaning.run()
