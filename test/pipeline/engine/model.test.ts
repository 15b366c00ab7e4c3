import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Node, done } from '../../../pipeline/engine/asset.js'
import { type Bakery, dish, ingredient, makeWorld } from './bakery.js'

const modelling = suite('any sequence of changes and runs')

const COUNT = 6

/** What an asset is by the model: `parity` ones come out equal for every second version of what they read. */
type Modelled = {
  code: number
  needs: number[]
  parity: boolean
  made: { read: string; version: string } | undefined
}

const change = fc.oneof(
  fc.record({ kind: fc.constant('source' as const), at: fc.nat(1) }),
  fc.record({ kind: fc.constant('code' as const), at: fc.nat(COUNT - 1) }),
  fc.record({ kind: fc.constant('needs' as const), at: fc.nat(COUNT - 1), needs: fc.nat(255) }),
  fc.record({ kind: fc.constant('fail' as const), at: fc.nat(COUNT - 1) }),
  fc.record({
    kind: fc.constant('run' as const),
    only: fc.option(fc.nat(COUNT - 1)),
    isForced: fc.boolean(),
  }),
)

modelling('makes exactly what a plain recomputation says, in order, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), fc.nat(63), async (changes, parities) => {
      await using world = await makeWorld()
      const sources = [0, 0]
      const failing = new Set<number>()
      // Node 0 and 1 are sources; asset i may need those, and the assets before it.
      const assets: Modelled[] = Array.from({ length: COUNT }, (_, at) => ({
        ...{ code: 1, needs: [at + 1], parity: (parities & (1 << at)) !== 0, made: undefined },
      }))
      /** The last step of an asset failed: it is made again even if nothing that it read has changed. */
      const unfinished = new Set<number>()

      const versionOf = (node: number): string | undefined =>
        node < 2 ? String(sources[node]) : assets[node - 2]!.made?.version
      const readBy = ({ code, needs }: Modelled): string =>
        JSON.stringify([code, needs.map((need) => [need, versionOf(need)])])
      const makeVersion = (asset: Modelled): string => {
        const sum = asset.needs.reduce((total, need) => total + Number(versionOf(need)), asset.code)
        return String(asset.parity ? sum % 2 : sum)
      }

      /** Recomputes the selected assets in order; what was made, and whether anything failed. */
      function predict(selected: number[], isForced: boolean): { made: string[]; failed: boolean } {
        const made: string[] = []
        const bad = new Set<number>()
        for (const [at, asset] of assets.entries()) {
          if (asset.needs.some((need) => bad.has(need))) {
            bad.add(at + 2)
            continue
          }
          if (!selected.includes(at)) continue
          const isFresh = asset.made?.read === readBy(asset) && !unfinished.has(at)
          if (isFresh && !isForced) continue
          if (asset.needs.some((need) => versionOf(need) === undefined)) {
            bad.add(at + 2)
            if (asset.made) unfinished.add(at)
            continue
          }
          made.push(`n${at + 2}`)
          if (failing.has(at)) {
            failing.delete(at)
            unfinished.add(at)
            bad.add(at + 2)
            continue
          }
          asset.made = { read: readBy(asset), version: makeVersion(asset) }
          unfinished.delete(at)
        }
        return { made, failed: bad.size > 0 }
      }

      function nodesNow(): Node<Bakery>[] {
        const nodes: Node<Bakery>[] = [0, 1].map((at) => ingredient(`n${at}`, () => String(sources[at])))
        for (const [at, asset] of assets.entries()) {
          const { code, needs, parity } = asset
          const breaks = failing.has(at)
          const make = (inputs: Record<string, { dataVersion: string }>) => {
            if (breaks) throw new Error('burnt')
            const sum = Object.values(inputs).reduce(
              (total, input) => total + Number(input.dataVersion),
              code,
            )
            return done({ dataVersion: String(parity ? sum % 2 : sum), metadata: {} })
          }
          const options = { codeVersion: String(code), make }
          nodes.push(
            dish(
              `n${at + 2}`,
              needs.map((need) => nodes[need]!),
              options,
            ),
          )
        }
        return nodes
      }

      for (const step of changes) {
        if (step.kind === 'source') sources[step.at]!++
        if (step.kind === 'code') assets[step.at]!.code++
        if (step.kind === 'fail') failing.add(step.at)
        if (step.kind === 'needs') {
          const asset = assets[step.at]!
          const wanted = [0, 1, 2, 3, 4, 5, 6, 7].filter((need) => step.needs & (1 << need))
          asset.needs = wanted.filter((need) => need < step.at + 2)
        }
        if (step.kind !== 'run') continue
        const nodes = nodesNow()
        const selected = step.only === null ? assets.map((_, at) => at) : [step.only]
        const selection = step.only === null ? [] : [`n${step.only + 2}`]
        const { made, failed } = predict(selected, step.isForced)
        const { state } = await world.run(nodes, { selection, isForced: step.isForced })
        assert.equal(world.made, made)
        assert.is(state === 'failed', failed)
      }

      // In the end one run mends everything, and the next finds nothing to do.
      failing.clear()
      const { made } = predict(
        assets.map((_, at) => at),
        false,
      )
      assert.is((await world.run(nodesNow())).state, 'done')
      assert.equal(world.made, made)
      assert.equal((await world.run(nodesNow())).steps, [])
    }),
    { numRuns: 60 },
  )
})

modelling.run()
