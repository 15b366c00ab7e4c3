import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { homeAt } from '../../../data/home.js'
import { formatDaemon } from '../../../reports/daemon-line.js'
import type { Health } from '../../../scheduler/watch/health.js'
import { readHealthFile, removeHealthFile, writeHealthFile } from '../../../scheduler/watch/health-file.js'
import { makeDesk, placeSamples } from '../cli.js'

const file = suite('health.json')

function healthAt(at: Date): Health {
  return {
    status: 'ok',
    pid: 123,
    host: 'atelier',
    version: '0.1.0',
    started_at: '2026-01-01T00:00:00.000Z',
    heartbeat_at: at.toISOString(),
    last_tick: { id: 7, at: new Date(at.getTime() - 12_000).toISOString(), state: 'done' },
    open_batches: 1,
    held_batches: 0,
  }
}

file('is read as it was written, judged by the time that has passed since', async () => {
  await using desk = await makeDesk()
  const home = homeAt(desk.path('.hemline'))
  const now = new Date()
  await mkdir(home.root)
  assert.is(await readHealthFile(home, now), undefined)
  writeHealthFile(home, healthAt(new Date(0)))
  writeHealthFile(home, healthAt(now))
  assert.equal(await readdir(home.root), ['health.json'])
  assert.equal(await readHealthFile(home, new Date(now.getTime() + 60_000)), healthAt(now))
  assert.is((await readHealthFile(home, new Date(now.getTime() + 60_001)))!.status, 'late')
  await removeHealthFile(home)
  await removeHealthFile(home)
  assert.is(await readHealthFile(home, now), undefined)
  for (const unknown of ['{"status":"ok"}', 'null', '{', '']) {
    await writeFile(home.health, unknown)
    assert.is(await readHealthFile(home, now), undefined, unknown)
  }
})

file('a line says who the daemon is, and when it last did something', () => {
  const now = new Date('2026-01-02T00:00:00.000Z')
  const later = new Date(now.getTime() + 7_384_000)
  const health = healthAt(now)
  assert.is(formatDaemon(health, now), 'daemon: process 123 on atelier, last tick 12s ago')
  assert.is(
    formatDaemon({ ...health, last_tick: null }, now),
    'daemon: process 123 on atelier, started 1d ago',
  )
  assert.is(
    formatDaemon({ ...health, status: 'stopping' }, now),
    'daemon: process 123 on atelier is stopping, last tick 12s ago',
  )
  assert.is(
    formatDaemon({ ...health, status: 'late' }, later),
    'daemon: process 123 on atelier gave no sign of life for 2h 3m: it ended without a word, or hangs',
  )
})

file('hemline status tells of the daemon, and of none where there is none', async () => {
  await using desk = await makeDesk()
  await placeSamples(desk)
  await desk.run(['materialize', 'images', '--images', 'samples/images', '--provider', 'local'])
  assert.not.match((await desk.run(['status'])).stdout, /daemon/)
  assert.is((await desk.json(['status'])).daemon, null)
  writeHealthFile(homeAt(desk.path('.hemline')), healthAt(new Date(0)))
  assert.match((await desk.run(['status'])).stdout, /^daemon: process 123 on atelier gave no sign of life/m)
  const { daemon } = await desk.json(['status'])
  assert.equal([daemon.status, daemon.pid, daemon.last_tick.id], ['late', 123, 7])
})

file.run()
