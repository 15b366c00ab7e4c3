import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

import { canonicalAnalysis } from '../../../assets/analysis/canonical.js'
import { toCompact } from '../../../assets/analysis/compact.js'
import { profiles } from '../../../assets/analysis/profile.js'
import type { ReadAnswer } from '../../../assets/analysis/read-answer.js'
import { arbitraryAnalysis } from './arbitrary-analysis.js'
import { denimShorts, streetLook } from './sample-analyses.js'

const reading = suite('read answer')

const [shorts] = denimShorts.garments

reading('takes an answer in a code fence, with any spaces around it', () => {
  const text = JSON.stringify(denimShorts)
  for (const content of [`  ${text}\n\n`, '```json\n' + text + '\n```', '```\n' + text + '```\n']) {
    assert.equal(profiles.original.readAnswer(content), { ok: true, analysis: denimShorts, body: text })
  }
})

reading('takes digits in a string for a number', () => {
  const original = read({ ...denimShorts, people_count: '3', confidence: '0.9' })
  assert.is(original.ok && original.analysis.people_count, 3)
  const compact = profiles.compact.readAnswer(JSON.stringify({ ...toCompact(denimShorts), c: '85' }))
  assert.is(compact.ok && compact.analysis.confidence, 0.85)
})

reading('rounds the confidence to hundredths', () => {
  const answer = read({ ...denimShorts, confidence: 0.87654 })
  assert.is(answer.ok && answer.analysis.confidence, 0.88)
})

reading('takes other spellings of a value, null for unknown, and unknown in a list', () => {
  const garment = {
    ...shorts,
    category: 'T-Shirt',
    fit: null,
    colors: [' Light Blue', 'unknown', 'light_blue'],
  }
  const answer = read({ ...denimShorts, garments: [garment] })
  assert.ok(answer.ok)
  assert.equal(answer.analysis.garments[0], {
    ...shorts,
    category: 't_shirt',
    fit: 'unknown',
    colors: ['light_blue'],
  })
})

reading('tidies text: one line, no empty or repeated details, lower-case types, null for no brand', () => {
  const answer = read({
    ...denimShorts,
    description: '  Blue \u0000 shorts\n on a\tbed. ',
    garments: [{ ...shorts, type: ' Denim  Shorts ', details: ['Frayed hem', '', 'frayed  hem'] }],
    brand: 'Unknown',
    visible_text: ' ',
    palette: ['blue', 'beige', 'blue'],
  })
  assert.ok(answer.ok)
  assert.is(answer.analysis.description, 'Blue shorts on a bed.')
  assert.is(answer.analysis.garments[0]?.type, 'denim shorts')
  assert.equal(answer.analysis.garments[0]?.details, ['Frayed hem'])
  assert.is(answer.analysis.brand, null)
  assert.is(answer.analysis.visible_text, null)
  assert.equal(answer.analysis.palette, ['blue', 'beige'])
})

reading('leaves out keys that nobody asked for', () => {
  const body = JSON.stringify(denimShorts)
  for (const answer of [
    { ...denimShorts, mood: 'sunny' },
    { mood: 'sunny', ...denimShorts },
    { ...denimShorts, garments: [{ ...shorts, mood: 'sunny' }] },
  ])
    assert.equal(read(answer), { ok: true, analysis: denimShorts, body })
})

reading('says that an answer is no JSON, also when it is cut, empty, or has text around it', () => {
  const text = JSON.stringify(denimShorts)
  for (const content of [
    text.slice(0, -20),
    '',
    'I cannot help with that.',
    `Here it is: ${text}`,
    '```',
    '```json',
  ]) {
    for (const profile of Object.values(profiles)) {
      const answer = profile.readAnswer(content)
      assert.is(answer.ok, false)
      assert.is(!answer.ok && answer.reason, 'not_json')
    }
  }
  assert.is(detailOf(profiles.original.readAnswer(' ')), 'the answer is empty')
})

reading('names the first thing that does not fit, with its path', () => {
  const { palette: _, ...withoutPalette } = denimShorts
  const cases: [unknown, string][] = [
    [
      { ...denimShorts, garments: [{ ...shorts, category: 'gown' }] },
      'garments.0.category: "gown" is not in',
    ],
    [withoutPalette, 'palette: '],
    [{ ...denimShorts, confidence: 85 }, 'confidence: '],
    [{ ...denimShorts, people_count: 1.5 }, 'people_count: '],
    [{ ...denimShorts, people_count: 'two' }, 'people_count: '],
    [{ ...denimShorts, people_count: '' }, 'people_count: '],
    [{ ...denimShorts, seasons: 'summer' }, 'seasons: '],
    [[denimShorts], 'answer: '],
    [null, 'answer: '],
    [toCompact(denimShorts), 'description: '],
  ]
  for (const [answer, detail] of cases) {
    const result = read(answer)
    assert.is(!result.ok && result.reason, 'schema_mismatch')
    assert.ok(detailOf(result).startsWith(detail), `${detailOf(result)} should start with ${detail}`)
  }
})

reading(
  'refuses a compact answer with a code that does not exist, and a confidence below one percent',
  () => {
    const written = toCompact(denimShorts)
    const answer = profiles.compact.readAnswer(JSON.stringify({ ...written, a: ['casual', 'nvy'] }))
    assert.equal(answer, {
      ok: false,
      reason: 'schema_mismatch',
      detail: 'a.1: "nvy" is not in its vocabulary',
    })
    assert.not.ok(profiles.compact.readAnswer(JSON.stringify({ ...written, c: 0.85 })).ok)
  },
)

reading('keeps the detail short whatever the answer holds', () => {
  const answer = read({ ...denimShorts, setting: 'x'.repeat(5_000) })
  assert.ok(detailOf(answer).length <= 200)
})

reading('reads ten thousand blanks and fences without delay', () => {
  const started = process.hrtime.bigint()
  profiles.original.readAnswer('```json\n' + ' \n'.repeat(100_000) + 'x```')
  assert.ok(process.hrtime.bigint() - started < 500_000_000n)
})

reading(
  'stores equal analyses as equal JSON, in whatever order the keys were and however it is laid out',
  () => {
    const reversed = Object.fromEntries(Object.entries(streetLook).toReversed())
    const garments = streetLook.garments.map((garment) =>
      Object.fromEntries(Object.entries(garment).toReversed()),
    )
    for (const content of [
      JSON.stringify(streetLook),
      JSON.stringify(reversed),
      JSON.stringify({ ...streetLook, garments }),
      JSON.stringify(streetLook, undefined, 2),
      JSON.stringify(streetLook, undefined, '\t'),
      JSON.stringify(streetLook).replaceAll('":', '": '),
    ]) {
      const answer = profiles.original.readAnswer(content)
      assert.is(answer.ok && answer.body, JSON.stringify(streetLook))
    }
  },
)

reading('stores the analysis and nothing else, whatever was written', () => {
  fc.assert(
    fc.property(arbitraryAnalysis, (analysis) => {
      const canonical = JSON.stringify(canonicalAnalysis(analysis))
      // The last of two keys counts, here and for whoever reads what is stored.
      const twice = canonical.replace('{', '{"description":"said first",')
      for (const content of [JSON.stringify(analysis), canonical, twice]) {
        const answer = profiles.original.readAnswer(content)
        assert.ok(answer.ok)
        assert.is(JSON.stringify(JSON.parse(answer.body)), JSON.stringify(answer.analysis))
      }
    }),
    { numRuns: 300 },
  )
})

reading('leaves an analysis alone that is canonical', () => {
  fc.assert(
    fc.property(arbitraryAnalysis, (analysis) => {
      const canonical = canonicalAnalysis(analysis)
      assert.is(canonicalAnalysis(canonical), canonical)
    }),
  )
})

reading.run()

function read(answer: unknown): ReadAnswer {
  return profiles.original.readAnswer(JSON.stringify(answer))
}

function detailOf(answer: ReadAnswer): string {
  assert.not.ok(answer.ok)
  return answer.ok ? '' : answer.detail
}
