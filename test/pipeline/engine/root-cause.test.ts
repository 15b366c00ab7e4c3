import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Node } from '../../../pipeline/engine/asset.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { loadPending, loadRecords } from '../../../pipeline/engine/records.js'
import { type History, findRootCauses, rootCauses } from '../../../pipeline/engine/root-cause.js'
import { statusOf } from '../../../pipeline/engine/staleness.js'
import { type Bakery, dish, ingredient, makeWorld } from './bakery.js'

const rooting = suite('root causes')

async function rootsOf(
  world: Awaited<ReturnType<typeof makeWorld>>,
  nodes: readonly Node<Bakery>[],
  key: string,
): Promise<string[]> {
  const graph = defineGraph(nodes)
  const pending = await loadPending(graph, world.db)
  const status = statusOf(graph.get(key), await loadRecords(world.db), pending.get(key))
  const roots = await findRootCauses(world.db, graph, key, status)
  return roots.map(({ chain, because }) => `${chain.join(' <- ')}: ${because}`)
}

rooting('lead from an asset over what was made in between to the source that changed', async () => {
  await using world = await makeWorld()
  let bought = { dataVersion: 'f1', metadata: { change: '' } }
  const flour = ingredient('flour', () => bought)
  const dough = dish('dough', [flour])
  const bread = dish('bread', [dough])
  const shop = dish('shop', [bread])
  const nodes = [flour, dough, bread, shop]
  await world.run(nodes)
  assert.equal(await rootsOf(world, nodes, 'shop'), [])

  bought = { dataVersion: 'f2', metadata: { change: '1 new' } }
  await world.run(nodes, { selection: ['bread', 'dough'] })
  assert.equal(await rootsOf(world, nodes, 'shop'), ['shop <- bread <- dough <- flour: 1 new'])

  bought = { dataVersion: 'f3', metadata: { change: '2 replaced' } }
  await world.run(nodes, { selection: ['bread', 'dough'] })
  assert.equal(await rootsOf(world, nodes, 'shop'), [
    'shop <- bread <- dough <- flour: 1 new, then 2 replaced',
  ])

  await world.run(nodes)
  assert.equal(await rootsOf(world, nodes, 'shop'), [])
})

rooting('are a changed code version or a changed need of something above', async () => {
  await using world = await makeWorld()
  const flour = ingredient('flour')
  const salt = ingredient('salt')
  const nodesOf = (codeVersion: string, needs: Node<Bakery>[]) => {
    const dough = dish('dough', needs, { codeVersion, make: versioned(codeVersion + String(needs.length)) })
    return [flour, salt, dough, dish('bread', [dough])]
  }
  await world.run(nodesOf('1', [flour]))
  await world.run(nodesOf('2', [flour]), { selection: ['dough'] })
  assert.equal(await rootsOf(world, nodesOf('2', [flour]), 'bread'), [
    'bread <- dough: code version went from 1 to 2',
  ])
  await world.run(nodesOf('2', [flour, salt]), { selection: ['dough'] })
  assert.equal(await rootsOf(world, nodesOf('2', [flour, salt]), 'bread'), [
    'bread <- dough: code version went from 1 to 2',
    'bread <- dough: input "salt" was added',
  ])
})

rooting('are the reason of a step when nothing that it read had changed', async () => {
  await using world = await makeWorld()
  let tries = 1
  const dough = dish('dough', [], {
    pending: () => (tries === 2 ? '3 loaves are worth another try' : undefined),
    make: (inputs, context) => versioned(String(tries))(inputs, context),
  })
  const bread = dish('bread', [dough])
  await world.run([dough, bread])
  tries = 2
  const run = world.run([dough, bread], {
    selection: ['dough'],
    onEvent: ({ kind }) => void (kind === 'step.done' && tries++),
  })
  await run
  assert.equal(await rootsOf(world, [dough, bread], 'bread'), [
    'bread <- dough: 3 loaves are worth another try',
  ])
})

rooting('are its own causes where they begin with itself', () => {
  const bread = dish('bread', [])
  const causes = [
    { kind: 'code', from: '1', to: '2' },
    { kind: 'pending', because: 'crumbs are left' },
  ] as const
  const roots = rootCauses(defineGraph([bread]), 'bread', { kind: 'stale', causes: [...causes] }, new Map())
  assert.equal(roots, [
    { chain: ['bread'], because: 'code version went from 1 to 2' },
    { chain: ['bread'], because: 'crumbs are left' },
  ])
})

rooting('end where the records do not reach back', () => {
  const flour = ingredient('flour')
  const bread = dish('bread', [flour])
  const causes = [{ kind: 'data', input: 'flour', from: 'old', to: 'new', change: undefined }] as const
  const history: History = new Map([['flour', [{ dataVersion: 'new', because: '1 new' }]]])
  const graph = defineGraph([flour, bread])
  assert.equal(rootCauses(graph, 'bread', { kind: 'stale', causes: [...causes] }, history), [
    { chain: ['bread', 'flour'], because: 'changed' },
  ])
})

rooting('stay few where the graph has very many paths', () => {
  const nodes: Node<Bakery>[] = [ingredient('n0')]
  const history = new Map([
    [
      'n0',
      [
        { dataVersion: 'b', because: '1 new' },
        { dataVersion: 'a', because: '' },
      ],
    ],
  ])
  const versionsOf = (keys: string[], version: string) =>
    Object.fromEntries(keys.map((key) => [key, version]))
  for (let layer = 1; layer <= 40; layer++) {
    const above = layer === 1 ? [nodes[0]!] : nodes.slice(-2)
    const keys = above.map(({ key }) => key)
    for (const side of ['l', 'r']) {
      nodes.push(dish(`${side}${layer}`, above))
      const past = (version: string) => ({
        dataVersion: version,
        because: '',
        codeVersion: '1',
        inputVersions: versionsOf(keys, version),
      })
      history.set(`${side}${layer}`, [past('b'), past('a')])
    }
  }
  const last = dish('last', nodes.slice(-2))
  const causes = ['l40', 'r40'].map(
    (input) => ({ kind: 'data', input, from: 'a', to: 'b', change: undefined }) as const,
  )
  const roots = rootCauses(defineGraph([...nodes, last]), 'last', { kind: 'stale', causes }, history)
  assert.is(roots.length, 1)
  assert.is(roots[0]!.chain.length, 42)
  assert.is(roots[0]!.because, '1 new')
})

function versioned(dataVersion: string) {
  return (_inputs: unknown, _context: unknown) => ({ kind: 'done', dataVersion, metadata: {} }) as const
}

rooting.run()
