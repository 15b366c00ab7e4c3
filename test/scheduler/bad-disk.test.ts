import { execFileSync } from 'node:child_process'
import { chmod, mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadSqlite } from '../../data/sqlite.js'
import { type Desk, makeDesk, placeSamples } from './cli.js'

const disks = suite('a bad day of the disk')

const RUN = ['materialize', '--images', 'samples/images', '--provider', 'local', '--wait']

async function described(desk: Desk): Promise<number> {
  return (await desk.lines(['requests'])).filter(({ state }) => state === 'answered').length
}

/** A small file system of memory for the home; undefined where this user may not mount one. */
async function mountHome(desk: Desk, megabytes: number) {
  const folder = desk.path('.hemline')
  await mkdir(folder, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return {
    resize: (size: number) => execFileSync('mount', ['-o', `remount,size=${size}m`, folder]),
    [Symbol.dispose]: () => void execFileSync('umount', [folder]),
  }
}

disks('full before it begins: nothing is written, and it says how much is needed', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  using disk = await mountHome(desk, 50)
  if (!disk) return skip('a full disk: mounting a small one takes root')
  const { code, stderr } = await desk.run(RUN)
  assert.is(code, 1)
  assert.match(stderr, /error: the tasks files take about 3 MB, and 64 MB must be left; only \d+ MB are free/)
  assert.match(stderr, /hint: .*hemline clean/)
  disk.resize(200)
  assert.is((await desk.run(RUN)).code, 0)
  assert.is(await described(desk), 32)
})

disks('full in the middle, at whatever it was writing: one sentence, and the next run goes on', async () => {
  for (const spare of [0.3, 1.7]) {
    await using desk = await makeDesk()
    await placeSamples(desk)
    using disk = await mountHome(desk, 200)
    if (!disk) return skip('a disk that fills up: mounting a small one takes root')
    // The look at the pictures has been taken, and the check for room finds enough: then somebody else fills the disk.
    const running = desk.start(RUN)
    await running.says('"event":"step.started","asset":"tasks_file"')
    running.child.kill('SIGSTOP')
    await fill(desk.path('.hemline', 'ballast'), spare)
    running.child.kill('SIGCONT')
    const { code, stderr } = await running.ended
    assert.is(code, 1, `${spare} MB: ${stderr}`)
    assert.match(
      stderr,
      /error: the disk is full|error: the tasks files take about|HTTP 500|507/,
      `${spare} MB`,
    )
    assert.not.match(stderr, /unexpected/)
    await writeFile(desk.path('.hemline', 'ballast'), '')
    const next = await desk.run(RUN)
    assert.is(next.code, 0, `${spare} MB: ${next.stderr}`)
    assert.is(await described(desk), 32)
    const left = await readdir(desk.path('.hemline', 'batch_jobs'))
    assert.equal(
      left.filter((name) => name.endsWith('.part')),
      [],
    )
  }
})

/** The runner shows such lines: a test that was left out on purpose must not look like one that passed. */
function skip(what: string): void {
  console.log(`SKIPPED ${what}`)
}

/** Leaves about so many megabytes of a file system free. */
async function fill(path: string, spareMegabytes: number): Promise<void> {
  await using file = await open(path, 'w')
  const chunk = Buffer.alloc(100_000)
  try {
    while (true) await file.write(chunk)
  } catch (error) {
    assert.is((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
  const { size } = await file.stat()
  await file.truncate(Math.max(0, size - spareMegabytes * 1_000_000))
}

disks('a database that a backup holds for longer than a run waits: nothing is lost', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(RUN)
  const Database = loadSqlite()
  const backup = new Database(desk.path('.hemline', 'hemline.db'))
  backup.exec('begin immediate')
  const waiting = desk.start([...RUN, '--force'])
  const { code, stderr } = await waiting.ended
  backup.exec('rollback')
  backup.close()
  assert.is(code, 1)
  assert.match(stderr, /error: another program holds the database for too long/)
  assert.match(stderr, /hint: .*backup/)
  assert.is((await desk.run(RUN)).code, 0)
  assert.is(await described(desk), 32)
})

disks('a damaged database file is told as one, and not written to', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(RUN)
  const path = desk.path('.hemline', 'hemline.db')
  const bytes = await readFile(path)
  await writeFile(path, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0x5a)]))
  const damaged = await readFile(path)
  for (const command of [['status'], RUN]) {
    const { code, stderr } = await desk.run(command)
    assert.is(code, 1)
    assert.match(stderr, /error: (the database file is damaged|.* is not a readable SQLite database)/)
    assert.match(stderr, /hint: .*backup/)
  }
  assert.ok(damaged.equals(await readFile(path)))
})

disks('a home that cannot be written is told as one', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  if (process.getuid?.() === 0) {
    using disk = await mountHome(desk, 200)
    if (!disk) return skip('a read-only home: mounting one takes root')
    execFileSync('mount', ['-o', 'remount,ro', desk.path('.hemline')])
    await checkRefused(desk)
    return
  }
  await mkdir(desk.path('.hemline'))
  await chmod(desk.path('.hemline'), 0o500)
  await checkRefused(desk)
})

async function checkRefused(desk: Desk): Promise<void> {
  const { code, stderr } = await desk.run(RUN)
  assert.is(code, 1)
  assert.match(stderr, /error: a file cannot be opened or written/)
}

disks.run()
