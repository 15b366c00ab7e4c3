import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Node } from '../../../pipeline/engine/asset.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { HemlineError } from '../../../pipeline/errors.js'
import { type Bakery, dish, ingredient } from './bakery.js'

const graphs = suite('defining a graph')

const flour = ingredient('flour')
const dough = dish('dough', [flour])
const bread = dish('bread', [dough])

function problemsOf(nodes: readonly unknown[]): string[] {
  try {
    defineGraph(nodes as Node<Bakery>[])
  } catch (error) {
    assert.instance(error, HemlineError)
    const { code, message, hint } = error as HemlineError
    assert.is(code, 'invalid_graph')
    assert.ok(hint)
    return message.split('\n').slice(1)
  }
  throw new Error('the graph was taken')
}

graphs('puts inputs first and otherwise keeps the order of the list', () => {
  const salt = ingredient('salt')
  const soup = dish('soup', [salt])
  const keys = (nodes: Node<Bakery>[]) => defineGraph(nodes).nodes.map(({ key }) => key)
  assert.equal(keys([bread, soup, salt, dough, flour]), ['flour', 'dough', 'bread', 'salt', 'soup'])
  assert.equal(keys([salt, flour, soup, dough, bread]), ['salt', 'flour', 'soup', 'dough', 'bread'])
})

graphs('orders any graph so that nothing comes before its inputs, and always the same way', () => {
  const shapes = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(shapes, fc.integer(), (shape, seed) => {
      const nodes: Node<Bakery>[] = []
      for (const [index, picks] of shape.entries()) {
        const inputs = index === 0 ? [] : [...new Set(picks.map((pick) => nodes[pick % index]!))]
        nodes.push(dish(`n${index}`, inputs))
      }
      const listed = nodes
        .map((node, index) => ({ node, rank: ((index + 1) * Math.abs(seed)) % 31 }))
        .toSorted((a, b) => a.rank - b.rank)
        .map(({ node }) => node)
      const graph = defineGraph(listed)
      const place = new Map(graph.nodes.map(({ key }, index) => [key, index]))
      assert.is(place.size, nodes.length)
      for (const { key } of nodes) {
        for (const input of graph.inputsOf(key)) assert.ok(place.get(input)! < place.get(key)!)
      }
      assert.equal(
        defineGraph(listed).nodes.map(({ key }) => key),
        graph.nodes.map(({ key }) => key),
      )
      // A list that is in order already stays as it is.
      assert.equal(
        defineGraph(nodes).nodes.map(({ key }) => key),
        nodes.map(({ key }) => key),
      )
    }),
  )
})

graphs('knows what is above and below, in layers', () => {
  const shop = dish('shop', [bread, flour])
  const graph = defineGraph([flour, dough, bread, shop])
  assert.equal([...graph.upstreamOf(['bread'])].toSorted(), ['bread', 'dough', 'flour'])
  assert.equal([...graph.upstreamOf(['bread'], 1)].toSorted(), ['bread', 'dough'])
  assert.equal([...graph.upstreamOf(['bread'], 0)], ['bread'])
  assert.equal([...graph.downstreamOf(['flour'], 1)].toSorted(), ['dough', 'flour', 'shop'])
  assert.equal([...graph.downstreamOf(['flour'])].toSorted(), ['bread', 'dough', 'flour', 'shop'])
  assert.equal(graph.inputsOf('shop'), ['bread', 'flour'])
  assert.equal(graph.dependentsOf('flour'), ['dough', 'shop'])
  assert.is(graph.has('constructor'), false)
  assert.throws(() => graph.get('cake'), /no node "cake"/)
  assert.throws(() => graph.inputsOf('constructor'), /no node "constructor"/)
})

graphs('names every problem at once, each with its fix', () => {
  const wrong = [
    dish('Bread', []),
    dish('2nd', []),
    dish('cake', [ingredient('sugar')]),
    dish('cake', []),
    { ...dish('tart', []), describe: ' ' },
    dish('pie', [], { codeVersion: '' }),
  ]
  assert.equal(problemsOf(wrong), [
    '- "Bread" is not a key: use small letters, digits and "_", and begin with a letter',
    '- "2nd" is not a key: use small letters, digits and "_", and begin with a letter',
    '- the key "cake" is there twice: rename one of them',
    '- "tart" does not say what it is: give it a "describe"',
    '- "pie" has no code version: give it "1"',
    '- "cake" needs "sugar", which is not in the graph: add it to the list',
  ])
})

graphs('tells a second object of the same key from one that is missing', () => {
  assert.equal(problemsOf([ingredient('flour'), dough]), [
    '- "dough" needs another "flour" than the one in the list: let both be the same object',
  ])
})

graphs('refuses one input under two names', () => {
  const twice = { ...dough, needs: { flour, more: flour } }
  assert.equal(problemsOf([flour, twice]), ['- "dough" needs "flour" twice: take "more" away'])
})

graphs('says that something is undefined instead of dying of it', () => {
  const broken = { ...dough, needs: { flour: undefined } }
  assert.equal(problemsOf([undefined, broken]), [
    '- entry 1 of the list is undefined: mend the circular import',
    '- "dough" needs "flour", which is undefined: mend the circular import',
  ])
})

graphs('names each circle along its path', () => {
  const egg = { ...dish('egg', []), needs: {} as Record<string, Node<Bakery>> }
  const chicken = dish('chicken', [egg])
  egg.needs['chicken'] = chicken
  const selfish = { ...dish('selfish', []), needs: {} as Record<string, Node<Bakery>> }
  selfish.needs['selfish'] = selfish
  assert.equal(problemsOf([flour, egg, chicken, selfish, dish('nest', [chicken])]), [
    '- assets need each other in a circle: egg <- chicken <- egg: take one of these inputs away',
    '- assets need each other in a circle: selfish <- selfish: take one of these inputs away',
  ])
})

graphs('takes a chain of a thousand in the worst order', () => {
  const chain: Node<Bakery>[] = [ingredient('n0')]
  for (let index = 1; index < 1_000; index++) chain.push(dish(`n${index}`, [chain[index - 1]!]))
  const graph = defineGraph(chain.toReversed())
  assert.is(graph.nodes[0]!.key, 'n0')
  assert.is(graph.upstreamOf(['n999']).size, 1_000)
})

graphs.run()
