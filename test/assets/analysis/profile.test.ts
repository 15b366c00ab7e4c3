import { Ajv } from 'ajv'
import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

import { toCompact } from '../../../assets/analysis/compact.js'
import { profiles } from '../../../assets/analysis/profile.js'
import { vocabularies } from '../../../assets/analysis/vocabulary.js'
import { arbitraryAnalysis } from './arbitrary-analysis.js'
import { denimShorts, streetLook } from './sample-analyses.js'

type Schema = Record<string, unknown>

/** What strict structured outputs are documented to accept, less what is not needed here. */
const SUPPORTED = ['type', 'properties', 'required', 'additionalProperties', 'items', 'enum', 'anyOf']
const ALLOWED = new Set([...SUPPORTED, 'description', 'minimum', 'maximum'])

const profile = suite('profile')

for (const { name, responseFormat } of Object.values(profiles)) {
  const { schema } = responseFormat.json_schema

  profile(`the ${name} schema is a strict one: closed objects, every key required, no other keyword`, () => {
    let objects = 0
    for (const node of nodesOf(schema)) {
      for (const keyword of Object.keys(node)) assert.ok(ALLOWED.has(keyword), `keyword "${keyword}"`)
      if (node['type'] !== 'object') continue
      objects += 1
      assert.is(node['additionalProperties'], false)
      assert.equal(node['required'], Object.keys(node['properties'] as Schema))
    }
    assert.is(objects, 2)
    assert.is(schema['type'], 'object')
  })

  profile(`the ${name} schema keeps within the documented limits of strict schemas`, () => {
    const enums = [...nodesOf(schema)].flatMap((node) => (node['enum'] ? [node['enum'] as string[]] : []))
    assert.ok(enums.flat().length <= 1_000)
    for (const values of enums) assert.ok(values.length <= 250)
    assert.match(responseFormat.json_schema.name, /^[a-zA-Z0-9_-]{1,64}$/)
  })

  profile(`the ${name} schema accepts what the profile writes`, () => {
    const accepts = new Ajv({ allowUnionTypes: true }).compile(schema)
    fc.assert(
      fc.property(arbitraryAnalysis, (analysis) => {
        assert.ok(
          accepts(name === 'original' ? analysis : toCompact(analysis)),
          JSON.stringify(accepts.errors),
        )
      }),
    )
  })
}

profile('both profiles read the same findings as the same analysis', () => {
  fc.assert(
    fc.property(arbitraryAnalysis, (analysis) => {
      const original = profiles.original.readAnswer(JSON.stringify(analysis))
      const compact = profiles.compact.readAnswer(JSON.stringify(toCompact(analysis)))
      assert.ok(original.ok)
      assert.equal(compact, original)
      assert.is(JSON.stringify(compact), JSON.stringify(original))
    }),
    { numRuns: 300 },
  )
})

profile('reading an analysis again changes nothing', () => {
  fc.assert(
    fc.property(arbitraryAnalysis, (analysis) => {
      const once = profiles.original.readAnswer(JSON.stringify(analysis))
      assert.ok(once.ok)
      assert.equal(profiles.original.readAnswer(JSON.stringify(once.analysis)), once)
    }),
  )
})

profile('prompt and schema of each profile take the tokens that it says', () => {
  for (const { name, textTokens, prompt, responseFormat } of Object.values(profiles)) {
    const schema = JSON.stringify(responseFormat.json_schema.schema)
    assert.is(textTokens, countTokens(prompt) + countTokens(schema), name)
  }
})

profile('prompt and schema of the compact profile take less than half of the tokens', () => {
  const { original, compact } = profiles
  assert.ok(compact.textTokens < original.textTokens / 2)
})

profile('the original prompt names every field', () => {
  for (const field of [...Object.keys(streetLook), ...Object.keys(streetLook.garments[0] ?? {})]) {
    assert.match(profiles.original.prompt, `"${field}"`)
  }
})

profile('the compact prompt explains every code that is neither the value nor its beginning', () => {
  const wordsOf = (text: string): string[] => text.toLowerCase().split(/[^a-z]+/)
  const explained = new Set(wordsOf(profiles.compact.prompt))
  for (const [name, terms] of Object.entries(vocabularies)) {
    for (const [term, code] of Object.entries(terms)) {
      const speaksForItself = term === 'other' || term.replace('_', '').includes(code.slice(0, 3))
      assert.ok(speaksForItself || explained.has(code), `${name}.${term} is "${code}"`)
    }
  }
})

profile('a whole answer fits several times into the completion limit', () => {
  for (const analysis of [streetLook, denimShorts]) {
    assert.ok(countTokens(JSON.stringify(analysis)) * 4 < profiles.original.maxCompletionTokens)
    assert.ok(countTokens(JSON.stringify(toCompact(analysis))) * 4 < profiles.compact.maxCompletionTokens)
  }
})

profile.run()

function* nodesOf(schema: Schema): Generator<Schema> {
  yield schema
  for (const child of Object.values((schema['properties'] ?? {}) as Schema)) yield* nodesOf(child as Schema)
  if (schema['items']) yield* nodesOf(schema['items'] as Schema)
  for (const child of (schema['anyOf'] ?? []) as Schema[]) yield* nodesOf(child)
}
