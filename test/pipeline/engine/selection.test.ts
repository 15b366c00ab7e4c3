import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { defineGraph } from '../../../pipeline/engine/graph.js'
import { select } from '../../../pipeline/engine/selection.js'
import { HemlineError } from '../../../pipeline/errors.js'
import { dish, ingredient } from './bakery.js'

const selecting = suite('selecting assets')

const flour = ingredient('flour')
const salt = ingredient('salt')
const dough = dish('dough', [flour, salt])
const bread = dish('bread', [dough])
const sliced = dish('sliced_bread', [bread])
const toast = dish('toast', [sliced])
const graph = defineGraph([flour, salt, dough, bread, sliced, toast])
const all = ['flour', 'salt', 'dough', 'bread', 'sliced_bread', 'toast']

function errorOf(...expressions: string[]): HemlineError {
  try {
    select(graph, expressions)
  } catch (error) {
    assert.instance(error, HemlineError)
    return error as HemlineError
  }
  throw new Error(`"${expressions.join(' ')}" was taken`)
}

for (const [expression, expected] of [
  ['bread', ['bread']],
  ['bread+', ['bread', 'sliced_bread', 'toast']],
  ['+bread', ['flour', 'salt', 'dough', 'bread']],
  ['+bread+', all],
  ['1+bread+1', ['dough', 'bread', 'sliced_bread']],
  ['1+bread', ['dough', 'bread']],
  ['bread+1', ['bread', 'sliced_bread']],
  ['0+bread+0', ['bread']],
  ['99999999999999999999+bread', ['flour', 'salt', 'dough', 'bread']],
  ['toast,flour', ['flour', 'toast']],
  [' toast , +dough ', ['flour', 'salt', 'dough', 'toast']],
  ['*', all],
  ['*,bread', all],
] as const) {
  selecting(`reads "${expression}"`, () => assert.equal(select(graph, [expression]), expected))
}

selecting('takes everything when nothing is named, and joins several expressions', () => {
  assert.equal(select(graph, []), all)
  assert.equal(select(graph, ['toast', 'flour+1', 'flour']), ['flour', 'dough', 'toast'])
})

selecting('suggests the key that was meant', () => {
  assert.is(errorOf('slice').message, 'no asset "slice"; did you mean "sliced_bread"?')
  assert.is(errorOf('+tost').message, 'no asset "tost"; did you mean "toast"?')
  assert.is(errorOf('FLOUR').message, 'no asset "FLOUR"; did you mean "flour"?')
  assert.is(errorOf('submarine').message, 'no asset "submarine"')
  assert.is(errorOf('submarine').code, 'unknown_asset')
  assert.is(errorOf('constructor').code, 'unknown_asset')
  assert.ok(errorOf('submarine').hint!.includes('sliced_bread'))
})

selecting('turns the old star into a plus', () => {
  assert.is(errorOf('bread*').hint, 'Layers are written with "+": did you mean "bread+"?')
  assert.is(errorOf('*bread').hint, 'Layers are written with "+": did you mean "+bread"?')
  assert.is(errorOf('*bread*').hint, 'Layers are written with "+": did you mean "+bread+"?')
})

selecting('quotes what is empty or cannot be read', () => {
  for (const empty of ['', ' ', ',', 'bread,', 'bread,,toast']) {
    const error = errorOf(empty)
    assert.is(error.code, 'bad_selection')
    assert.ok(error.message.includes(`"${empty}"`), error.message)
    assert.ok(error.hint)
  }
  for (const odd of ['+', '++bread', 'bread++', '-1+bread', 'bread+-1', '**', 'bread toast', '1+2+bread+1']) {
    assert.ok(errorOf(odd).message.includes(odd), odd)
  }
})

selecting('answers any text with a selection in order, or with an error for a person', () => {
  const piece = fc.oneof(fc.constantFrom('+', '*', ',', ' ', '1', ...all), fc.string({ maxLength: 4 }))
  const expressions = fc.array(
    fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join('')),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(expressions, (typed) => {
      try {
        const selected = select(graph, typed)
        assert.ok(selected.length > 0)
        assert.equal(
          selected,
          all.filter((key) => selected.includes(key)),
        )
      } catch (error) {
        if (!(error instanceof HemlineError)) throw error
        assert.ok(['bad_selection', 'unknown_asset'].includes(error.code))
      }
    }),
    { numRuns: 2_000 },
  )
})

selecting.run()
