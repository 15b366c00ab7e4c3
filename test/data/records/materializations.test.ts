import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Db } from '../../../data/database.js'
import {
  countRequestsOfRun,
  findLatestMaterializations,
  insertMaterialization,
  listMaterializations,
} from '../../../data/records/materializations.js'
import { insertRun } from '../../../data/records/runs.js'
import { rejection } from '../../rejection.js'
import { temporaryDatabase } from '../temporary-database.js'

const materializations = suite('records of materializations')

const now = new Date('2026-01-01T00:00:00.000Z')

function make(db: Db, runId: number, key: string, version: string, metadata = '{}'): Promise<number> {
  const fixed = { run_id: runId, code_version: '1', input_versions: '{}', because: 'never made' }
  return insertMaterialization(db, { ...fixed, asset_key: key, data_version: version, metadata }, now)
}

materializations('are found by the latest of each asset, and listed newest first', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  assert.is((await findLatestMaterializations(db)).size, 0)
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  for (const version of ['v1', 'v2', 'v3']) {
    await make(db, runId, 'bread', version)
    await make(db, runId, 'äpfel', `ä${version}`)
  }
  await make(db, runId, 'a', 'v9')
  const latest = [...(await findLatestMaterializations(db))].map(([key, row]) => [key, row.data_version])
  assert.equal(latest.toSorted(), [
    ['a', 'v9'],
    ['bread', 'v3'],
    ['äpfel', 'äv3'],
  ])
  assert.equal(
    (await listMaterializations(db, 'bread', 2)).map(({ data_version }) => data_version),
    ['v3', 'v2'],
  )
  assert.equal(await listMaterializations(db, 'nothing', 2), [])
})

materializations('are append-only', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  await make(db, runId, 'bread', 'v1')
  const change = db.updateTable('materializations').set({ data_version: 'v2' }).execute()
  assert.match((await rejection(change)).message, /append-only/)
  assert.match((await rejection(db.deleteFrom('materializations').execute())).message, /append-only/)
  assert.is((await findLatestMaterializations(db)).get('bread')!.data_version, 'v1')
})

materializations('belong to a run, and hold JSON', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  assert.match((await rejection(make(db, 99, 'bread', 'v1'))).message, /FOREIGN KEY/)
  const runId = await insertRun(db, { selection: '*', trigger: 'person' }, now)
  assert.match((await rejection(make(db, runId, 'bread', 'v1', 'no json'))).message, /CHECK/)
})

materializations('tell how many requests a run put into what it made', async () => {
  await using world = await temporaryDatabase()
  const { db } = world
  const runs = [1, 2].map(() => insertRun(db, { selection: '*', trigger: 'person' }, now))
  const [one, two] = (await Promise.all(runs)) as [number, number]
  for (const requests of [3, 4]) await make(db, one, 'tasks', `v${requests}`, JSON.stringify({ requests }))
  await make(db, one, 'other', 'v', '{"requests":9}')
  assert.equal(
    [await countRequestsOfRun(db, one, 'tasks'), await countRequestsOfRun(db, two, 'tasks')],
    [7, 0],
  )
})

materializations.run()
