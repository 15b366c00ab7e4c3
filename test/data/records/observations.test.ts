import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  findLatestObservation,
  findLatestObservations,
  listObservations,
  recordObservation,
} from '../../../data/records/observations.js'
import type { Db } from '../../../data/database.js'
import { temporaryDatabase } from '../temporary-database.js'

const observations = suite('records of observations')

function look(db: Db, dataVersion: string, second: number, metadata = '{}', sourceKey = 'flour') {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  return recordObservation(db, { sourceKey, dataVersion, metadata }, at)
}

observations('share a record while the version stays, and keep what the first look saw', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  assert.is(await look(db, 'v1', 1), true)
  assert.is(await look(db, 'v2', 2, '{"change":"1 new"}'), true)
  assert.is(await look(db, 'v2', 3, '{"change":""}'), false)
  assert.is(await look(db, 'v2', 4, '{"change":""}'), false)
  const rows = await listObservations(db, 'flour', 9)
  assert.equal(
    rows.map((row) => [row.data_version, row.previous_version, row.metadata]),
    [
      ['v2', 'v1', '{"change":"1 new"}'],
      ['v1', null, '{}'],
    ],
  )
  assert.equal(
    [rows[0]!.first_observed_at, rows[0]!.observed_at],
    ['2026-01-01T00:00:02.000Z', '2026-01-01T00:00:04.000Z'],
  )
})

observations('begin a new record when an old version comes back', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  for (const [second, version] of ['v1', 'v2', 'v1'].entries()) {
    assert.is(await look(db, version, second), true)
  }
  assert.is((await listObservations(db, 'flour', 9)).length, 3)
  assert.is((await listObservations(db, 'flour', 2)).length, 2)
})

observations('are found by the latest of each source', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  assert.is(await findLatestObservation(db, 'flour'), undefined)
  assert.is((await findLatestObservations(db)).size, 0)
  await look(db, 'v1', 1)
  await look(db, 's1', 2, '{}', 'salt')
  await look(db, 'v2', 3)
  const latest = await findLatestObservations(db)
  assert.equal([...latest].map(([key, row]) => `${key} ${row.data_version}`).toSorted(), [
    'flour v2',
    'salt s1',
  ])
  assert.equal(await findLatestObservation(db, 'flour'), latest.get('flour'))
})

observations.run()
