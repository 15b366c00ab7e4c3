import { writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listMaterializations } from '../../../data/records/materializations.js'
import { listRuns } from '../../../data/records/runs.js'
import { startChild } from '../../child.js'
import { makeWorld } from './bakery.js'
import { changeStock, crashBakery } from './crash-bakery.js'

const crashes = suite('a process that is killed')

/** Where it is killed, and what state its run is found in by the next one. */
const points = [
  ['run.started', 'interrupted'],
  ['observing flour', 'interrupted'],
  ['source.observed flour', 'interrupted'],
  ['step.started dough', 'interrupted'],
  ['dough before work', 'interrupted'],
  ['dough after work', 'interrupted'],
  ['step.done dough', 'interrupted'],
  ['step.started bread', 'interrupted'],
  ['bread after work', 'interrupted'],
  ['step.waiting bread', 'interrupted'],
  ['asleep', 'done'],
  ['step.done bread', 'interrupted'],
  ['step.done shop', 'interrupted'],
  ['run.finished', 'done'],
] as const

for (const [point, expected] of points) {
  crashes(`at "${point}" loses nothing and repeats nothing that was recorded`, async () => {
    await using world = await makeWorld()
    const stockPath = `${world.path}.stock.json`
    writeFileSync(stockPath, JSON.stringify({ flour: 1, ordered: 1, kneaded: 1, hasRisen: true }))
    const nodes = crashBakery(stockPath, () => {})
    await world.run(nodes)
    changeStock(stockPath, (stock) => void (stock.ordered = 2))

    await using child = startChild(new URL('crash-child.ts', import.meta.url), world.path, stockPath, point)
    assert.is(await child.nextLine(), 'here')
    await child.kill()
    const before = new Set<string>()
    for (const key of ['dough', 'bread', 'shop']) {
      if ((await listMaterializations(world.db, key, 9)).length === 2) before.add(key)
    }
    const killed = (await listRuns(world.db, 1))[0]!.id

    const next = await world.run(nodes, { waits: true })
    assert.is(next.state, 'done')
    assert.is((await listRuns(world.db, 9)).find(({ id }) => id === killed)!.state, expected)
    for (const key of before) assert.not(world.made.includes(key), `${key} was made again`)
    for (const [key, version] of [
      ['dough', 'kneaded 2'],
      ['bread', 'baked of kneaded 2'],
      ['shop', 'sells baked of kneaded 2'],
    ] as const) {
      const versions = (await listMaterializations(world.db, key, 9)).map(({ data_version }) => data_version)
      assert.equal(versions, [version, version.replace('2', '1')], key)
    }
    const settled = await world.run(nodes)
    assert.equal([settled.steps, world.made], [[], []])
    const open = await world.db.selectFrom('steps').selectAll().where('finished_at', 'is', null).execute()
    assert.equal(open, [])
  })
}

crashes('is told of by the next run, which goes on alone', async () => {
  await using world = await makeWorld()
  const stockPath = `${world.path}.stock.json`
  writeFileSync(stockPath, JSON.stringify({ flour: 1, ordered: 1, kneaded: 0, hasRisen: true }))
  await using child = startChild(
    new URL('crash-child.ts', import.meta.url),
    world.path,
    stockPath,
    'dough after work',
  )
  assert.is(await child.nextLine(), 'here')
  await child.kill()
  const { runId } = await world.run(
    crashBakery(stockPath, () => {}),
    { waits: true },
  )
  assert.equal(world.told('run.interrupted'), [
    { kind: 'run.interrupted', run: runId - 1, because: 'its process ended' },
  ])
  assert.is(world.told('run.started').length, 1)
})

crashes.run()
