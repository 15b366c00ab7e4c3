import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Node } from '../../../pipeline/engine/asset.js'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { type Recorded, because, explain, sentence, statusOf } from '../../../pipeline/engine/staleness.js'
import { type Bakery, dish, ingredient } from './bakery.js'

const staleness = suite('staleness')

const flour = ingredient('flour')
const salt = ingredient('salt')
const dough = dish('dough', [flour])
const bread = dish('bread', [dough])

function look(dataVersion: string, more: Partial<Recorded> = {}): Recorded {
  return { dataVersion, metadata: {}, at: '2026-01-01T00:00:00.000Z', ...more }
}

function made(
  dataVersion: string,
  inputVersions: Record<string, string>,
  more: Partial<Recorded> = {},
): Recorded {
  return look(dataVersion, { codeVersion: '1', inputVersions, ...more })
}

function reasonFor(node: Node<Bakery>, records: Record<string, Recorded>, pending?: string): string {
  return because(statusOf(node, new Map(Object.entries(records)), pending))
}

staleness('says missing of what was never made, whatever else is true', () => {
  assert.equal(statusOf(dough, new Map()), { kind: 'missing' })
  assert.equal(statusOf(dough, new Map([['flour', look('f1')]]), 'much to do'), { kind: 'missing' })
  assert.is(reasonFor(dough, {}), 'never made')
})

staleness('says fresh of what has the code and the input versions that are on record', () => {
  const records = { flour: look('f1'), dough: made('d1', { flour: 'f1' }) }
  assert.is(reasonFor(dough, records), 'up to date')
  assert.equal(statusOf(flour, new Map(Object.entries(records))), { kind: 'fresh' })
})

staleness('names a code version that changed', () => {
  const records = { flour: look('f1'), dough: made('d1', { flour: 'f1' }) }
  assert.is(reasonFor(dish('dough', [flour], { codeVersion: '4' }), records), 'code version went from 1 to 4')
})

staleness('names inputs that were added and removed', () => {
  const records = { flour: look('f1'), salt: look('s1'), dough: made('d1', { flour: 'f1' }) }
  assert.is(reasonFor(dish('dough', [flour, salt]), records), 'input "salt" was added')
  assert.is(reasonFor(dish('dough', [salt]), records), 'input "salt" was added, input "flour" was removed')
})

staleness('is not fooled by keys that every object has', () => {
  const constructor = ingredient('constructor')
  const records = { constructor: look('c1'), flour: look('f1'), dough: made('d1', { flour: 'f1' }) }
  assert.is(reasonFor(dish('dough', [flour, constructor]), records), 'input "constructor" was added')
})

staleness('names an input that changed, with what changed in it', () => {
  const dirty = { dough: made('d1', { flour: 'f1' }) }
  const change = { change: '12 new' }
  assert.is(reasonFor(dough, { ...dirty, flour: look('f2') }), 'input "flour" changed')
  assert.is(
    reasonFor(dough, { ...dirty, flour: look('f2', { previousVersion: 'f1', metadata: change }) }),
    'input "flour" changed: 12 new',
  )
  assert.is(
    reasonFor(dough, { ...dirty, flour: look('f3', { previousVersion: 'f2', metadata: change }) }),
    'input "flour" changed: more than once, the last time 12 new',
  )
})

staleness('does not spread by itself, and stops where the data came out equal', () => {
  const before = { flour: look('f2'), dough: made('d1', { flour: 'f1' }), bread: made('b1', { dough: 'd1' }) }
  assert.is(reasonFor(dough, before), 'input "flour" changed')
  assert.is(reasonFor(bread, before), 'up to date')
  const equal = { ...before, dough: made('d1', { flour: 'f2' }) }
  assert.is(reasonFor(bread, equal), 'up to date')
  const different = { ...before, dough: made('d2', { flour: 'f2' }) }
  assert.is(reasonFor(bread, different), 'input "dough" changed')
})

staleness('counts work that no version shows, and a step that left off', () => {
  const records = { flour: look('f1'), dough: made('d1', { flour: 'f1' }) }
  assert.is(reasonFor(dough, records, '3 loaves are worth another try'), '3 loaves are worth another try')
  const left = { ...records, dough: made('d1', { flour: 'f1' }, { unfinished: 'it failed: no power' }) }
  assert.is(reasonFor(dough, left), 'it failed: no power')
})

staleness('joins several causes into one sentence', () => {
  const records = { flour: look('f2'), dough: made('d1', { flour: 'f1' }) }
  assert.is(
    reasonFor(dish('dough', [flour], { codeVersion: '2' }), records, '1 loaf waits'),
    'code version went from 1 to 2; input "flour" changed; 1 loaf waits',
  )
})

staleness('shows which assets above are themselves out of date', () => {
  const graph = defineGraph([flour, dough, bread])
  const records = new Map(
    Object.entries({
      flour: look('f2'),
      dough: made('d1', { flour: 'f1' }),
      bread: made('b1', { dough: 'd1' }),
    }),
  )
  const explained = explain(graph, 'bread', records, new Map())
  assert.is(explained.status.kind, 'fresh')
  assert.equal(
    explained.behind.map(({ key, status }) => `${key}: ${because(status)}`),
    ['dough: input "flour" changed'],
  )
  const pending = new Map([['bread', 'crumbs are left']])
  assert.is(because(explain(graph, 'bread', records, pending).status), 'crumbs are left')
})

/** An asset as the model sees it: what it needs and reads now, and what it read when it was last made. */
type Modelled = { code: number; needs: number[]; read: string | undefined; version: number }

staleness('agrees with a plain comparison of all that was read with all that is there', () => {
  const count = 5
  const change = fc.oneof(
    fc.record({ kind: fc.constant('make' as const), at: fc.nat(count - 1), isEqual: fc.boolean() }),
    fc.record({ kind: fc.constant('code' as const), at: fc.nat(count - 1) }),
    fc.record({ kind: fc.constant('needs' as const), at: fc.nat(count - 1), needs: fc.nat(31) }),
    fc.record({ kind: fc.constant('pend' as const), at: fc.nat(count - 1) }),
  )
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const model: Modelled[] = []
      for (let index = 0; index < count; index++) {
        model.push({ code: 1, needs: index === 0 ? [] : [index - 1], read: undefined, version: 0 })
      }
      const records = new Map<string, Recorded>()
      const pending = new Set<number>()
      for (const step of changes) apply(step)

      function apply(step: (typeof changes)[number]): void {
        const { at } = step
        const asset = model[at]!
        if (step.kind === 'code') asset.code++
        if (step.kind === 'needs') {
          asset.needs = [0, 1, 2, 3, 4].filter((bit) => bit < at && step.needs & (1 << bit))
        }
        if (step.kind === 'pend') pending.add(at)
        if (step.kind === 'make' && asset.needs.every((need) => records.has(`n${need}`))) {
          if (!step.isEqual || asset.read === undefined) asset.version++
          asset.read = readNow(asset)
          pending.delete(at)
          const inputs = asset.needs.map((need) => [`n${need}`, String(model[need]!.version)])
          const more = { codeVersion: String(asset.code) }
          records.set(`n${at}`, made(String(asset.version), Object.fromEntries(inputs), more))
        }
        check()
      }
      function readNow({ code, needs }: Modelled): string {
        return JSON.stringify([code, needs.map((need) => [need, model[need]!.version])])
      }
      function check(): void {
        const nodes: Node<Bakery>[] = []
        for (const [at, asset] of model.entries()) {
          const inputs = asset.needs.map((need) => nodes[need]!)
          nodes.push(dish(`n${at}`, inputs, { codeVersion: String(asset.code) }))
          const status = statusOf(nodes[at]!, records, pending.has(at) ? 'pending' : undefined)
          const isStale = asset.read !== readNow(asset) || pending.has(at)
          assert.is(
            status.kind,
            asset.read === undefined ? 'missing' : isStale ? 'stale' : 'fresh',
            `${at}: ${because(status)}`,
          )
          if (status.kind === 'stale') assert.ok(status.causes.every((cause) => sentence(cause) !== ''))
        }
      }
    }),
    { numRuns: 300 },
  )
})

staleness.run()
