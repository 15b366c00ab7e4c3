import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Node } from '../../../pipeline/engine/asset.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { loadPending, loadRecords } from '../../../pipeline/engine/records.js'
import { statusOf } from '../../../pipeline/engine/staleness.js'
import { type Bakery, dish, ingredient, makeWorld } from './bakery.js'

const scale = suite('a graph of a thousand assets')

/** Ten chains of a hundred, each link also reading a common source. */
function manyNodes(): Node<Bakery>[] {
  const common = ingredient('common')
  const nodes: Node<Bakery>[] = [common]
  for (let chain = 0; chain < 10; chain++) {
    let above: Node<Bakery> = common
    for (let link = 0; link < 100; link++) {
      above = dish(`c${chain}_${link}`, above === common ? [common] : [above, common])
      nodes.push(above)
    }
  }
  return nodes
}

scale('tells its status within 100 ms, and finds nothing to do within a second', async () => {
  await using world = await makeWorld()
  const nodes = manyNodes()
  assert.is((await world.run(nodes)).steps.length, 1_000)
  // A long past must not be read to know the present.
  await world.db.transaction().execute(async (trx) => {
    const { rows } = { rows: await trx.selectFrom('materializations').selectAll().execute() }
    for (let past = 0; past < 30; past++) {
      for (let from = 0; from < rows.length; from += 100) {
        const copies = rows.slice(from, from + 100).map(({ id: _, ...row }) => row)
        await trx.insertInto('materializations').values(copies).execute()
      }
    }
  })

  const graph = defineGraph(nodes)
  const times: number[] = []
  for (let repeat = 0; repeat < 5; repeat++) {
    const started = performance.now()
    const records = await loadRecords(world.db)
    const pending = await loadPending(graph, world.db)
    const statuses = graph.nodes.map((node) => statusOf(node, records, pending.get(node.key)).kind)
    times.push(performance.now() - started)
    assert.ok(statuses.every((status) => status === 'fresh'))
  }
  assert.ok(Math.min(...times) < 100, `it took ${times.map(Math.round).join(', ')} ms`)

  const started = performance.now()
  assert.equal((await world.run(nodes)).steps, [])
  const elapsed = performance.now() - started
  assert.ok(elapsed < 1_000, `it took ${Math.round(elapsed)} ms`)
})

scale.run()
