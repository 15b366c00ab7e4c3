import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

import { compactSchema, expand, toCompact } from '../../../assets/analysis/compact.js'
import { analysisSchema } from '../../../assets/analysis/schema.js'
import { vocabularies } from '../../../assets/analysis/vocabulary.js'
import { arbitraryAnalysis } from './arbitrary-analysis.js'
import { denimShorts, streetLook } from './sample-analyses.js'

const compact = suite('compact')

compact('expanding a compact analysis gives the analysis back, also by way of JSON', () => {
  fc.assert(
    fc.property(arbitraryAnalysis, (analysis) => {
      const parsed = compactSchema.parse(JSON.parse(JSON.stringify(toCompact(analysis))))
      assert.equal(analysisSchema.parse(expand(parsed)), analysis)
    }),
    { numRuns: 300 },
  )
})

compact('every value of every vocabulary survives the way there and back', () => {
  const [dress] = streetLook.garments
  for (const sleeve of [...Object.keys(vocabularies.sleeve), 'unknown']) {
    const analysis = analysisSchema.parse({ ...streetLook, garments: [{ ...dress, sleeve }] })
    assert.equal(expand(toCompact(analysis)), analysis)
  }
  const everyColor = analysisSchema.parse({ ...streetLook, palette: Object.keys(vocabularies.color) })
  assert.equal(expand(toCompact(everyColor)), everyColor)
})

compact('a code belongs to one value of one vocabulary only', () => {
  const seen = new Map<string, string>()
  for (const [name, terms] of Object.entries(vocabularies)) {
    assert.not.ok('unknown' in terms, `"unknown" is said by leaving the code out, but ${name} has it`)
    for (const [term, code] of Object.entries(terms)) {
      assert.is(seen.get(code), undefined, `"${code}" stands for ${name}.${term} and for ${seen.get(code)}`)
      assert.match(code, /^[a-z]{2,8}$/)
      seen.set(code, `${name}.${term}`)
    }
  }
  assert.ok(seen.size > 150)
})

compact('no code is the name of another value in its vocabulary', () => {
  for (const terms of Object.values(vocabularies)) {
    for (const [term, code] of Object.entries(terms)) {
      assert.ok(!(code in terms) || code === term, `the code "${code}" of ${term} names another value`)
    }
  }
})

compact('an unknown value costs nothing: it has no code', () => {
  assert.equal(toCompact(streetLook).g[1], {
    t: 'low-top sneakers',
    x: [],
    a: ['trainer', 'white', 'solid', 'leather'],
  })
})

compact('the first of two codes counts where a field holds one value', () => {
  const written = toCompact(denimShorts)
  const [shorts] = written.g
  const twice = {
    ...written,
    g: [{ ...shorts, t: 'shorts', x: [], a: ['shorts', 'linen', 'blue', 'denim'] }],
  }
  const [garment] = expand(compactSchema.parse(twice)).garments
  assert.is(garment?.material, 'linen')
  assert.is(garment?.category, 'shorts')
  assert.is(garment?.fit, 'unknown')
})

compact('a code of the picture is refused on a garment', () => {
  const written = toCompact(denimShorts)
  const misplaced = { ...written, g: [{ t: 'shorts', x: [], a: ['shorts', 'beach'] }] }
  assert.not.ok(compactSchema.safeParse(misplaced).success)
})

compact('the same finding takes at most 70 percent of the tokens', () => {
  for (const analysis of [streetLook, denimShorts]) {
    const ratio = countTokens(JSON.stringify(toCompact(analysis))) / countTokens(JSON.stringify(analysis))
    assert.ok(ratio <= 0.7, `the ratio is ${ratio.toFixed(2)}`)
  }
})

compact.run()
