import { readFileSync, writeFileSync } from 'node:fs'
import { type Node, done, waiting } from '../../../pipeline/engine/asset.js'
import { type Bakery, dish, ingredient } from './bakery.js'

/** What is in the bakery, kept outside of the engine's records: steps work on it, and a kill leaves it as it is. */
export type Stock = { flour: number; ordered: number; kneaded: number; hasRisen: boolean }

function readStock(path: string): Stock {
  return JSON.parse(readFileSync(path, 'utf8')) as Stock
}

export function changeStock(path: string, change: (stock: Stock) => void): void {
  const stock = readStock(path)
  change(stock)
  writeFileSync(path, JSON.stringify(stock))
}

/**
 * flour -> dough -> bread -> shop. The dough is pending while more is ordered than kneaded, and kneading is all that
 * shows of it: a kill after the work and before the record must not lose it. The bread must rise once.
 *
 * @param at  called where a process can be killed in the middle of a step.
 */
export function crashBakery(path: string, at: (point: string) => void): Node<Bakery>[] {
  const flour = ingredient('flour', () => {
    at('observing flour')
    return `flour ${readStock(path).flour}`
  })
  const dough = dish('dough', [flour], {
    pending() {
      const { ordered, kneaded } = readStock(path)
      return ordered > kneaded ? `${ordered - kneaded} orders wait` : undefined
    },
    make() {
      at('dough before work')
      changeStock(path, (stock) => {
        if (stock.kneaded < stock.ordered) stock.hasRisen = false
        stock.kneaded = stock.ordered
      })
      at('dough after work')
      return done({ dataVersion: `kneaded ${readStock(path).kneaded}`, metadata: {} })
    },
  })
  const bread = dish('bread', [dough], {
    make({ dough: kneaded }, { clock }) {
      if (!readStock(path).hasRisen) {
        changeStock(path, (stock) => void (stock.hasRisen = true))
        at('bread after work')
        return waiting(new Date(clock.now().getTime() + 60_000), 'it rises')
      }
      return done({ dataVersion: `baked of ${kneaded!.dataVersion}`, metadata: {} })
    },
  })
  const shop = dish('shop', [bread], {
    make: ({ bread: baked }) => done({ dataVersion: `sells ${baked!.dataVersion}`, metadata: {} }),
  })
  return [flour, dough, bread, shop]
}
