import { writeFile } from 'node:fs/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../data/database.js'
import { insertRun } from '../../../data/records/runs.js'
import { Rest } from '../../../scheduler/daemon/rest.js'
import { makeSmallHome } from './small-home.js'

const resting = suite('a daemon that has nothing to do')

const NOW = new Date('2026-01-01T00:00:00Z')

resting('rests until the next beat', async () => {
  await using small = await makeSmallHome(0)
  const db = await openDatabase(small.home.database)
  const rest = new Rest(db, small.home)
  assert.not(await rest.isUndisturbed())
  await rest.begin()
  assert.ok(await rest.isUndisturbed())
  rest.end()
  assert.not(await rest.isUndisturbed())
  await db.destroy()
})

resting(
  'is disturbed by what another process writes, and by an edit of the config or the prices',
  async () => {
    await using small = await makeSmallHome(0)
    const db = await openDatabase(small.home.database)
    const other = await openDatabase(small.home.database)
    const rest = new Rest(db, small.home)
    const disturbances = [
      () => insertRun(other, { selection: '*', trigger: 'person' }, NOW, 'queued'),
      () => writeFile(small.home.models, '{}'),
      () => writeFile(small.home.config, JSON.stringify(small.settings)),
    ]
    for (const disturb of disturbances) {
      await other.deleteFrom('runs').execute()
      await rest.isUndisturbed()
      await rest.begin()
      assert.ok(await rest.isUndisturbed())
      await disturb()
      assert.not(await rest.isUndisturbed())
    }
    await Promise.all([db.destroy(), other.destroy()])
  },
)

resting('is disturbed by what came while its last tick decided', async () => {
  await using small = await makeSmallHome(0)
  const db = await openDatabase(small.home.database)
  const other = await openDatabase(small.home.database)
  const rest = new Rest(db, small.home)
  await rest.isUndisturbed()
  await insertRun(other, { selection: '*', trigger: 'person' }, NOW, 'queued')
  await other.deleteFrom('runs').execute()
  await rest.begin()
  assert.not(await rest.isUndisturbed())
  await Promise.all([db.destroy(), other.destroy()])
})

resting('does not rest while a run waits', async () => {
  await using small = await makeSmallHome(0)
  const db = await openDatabase(small.home.database)
  await insertRun(db, { selection: '*', trigger: 'clock' }, NOW, 'queued')
  const rest = new Rest(db, small.home)
  await rest.begin()
  assert.not(await rest.isUndisturbed())
  await db.destroy()
})

resting.run()
