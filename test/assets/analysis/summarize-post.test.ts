import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

import { postSummarySchema, summarizePost } from '../../../assets/analysis/summarize-post.js'
import { arbitraryAnalysis } from './arbitrary-analysis.js'
import { denimShorts, streetLook } from './sample-analyses.js'

const summary = suite('summarize post')

summary('a post without analyses has an empty summary', () => {
  assert.equal(summarizePost([]), {
    description: '',
    image_count: 0,
    garments: [],
    palette: [],
    styles: [],
    seasons: [],
    occasions: [],
    settings: [],
    brands: [],
    people_count_max: null,
    confidence_mean: null,
  })
})

summary('garments count once per picture, the most frequent first', () => {
  const { garments } = summarizePost([streetLook, denimShorts, denimShorts])
  assert.equal(garments, [
    { category: 'shorts', type: 'denim shorts', color: 'blue', image_count: 2 },
    { category: 'dress', type: 'wrap dress', color: 'navy', image_count: 1 },
    { category: 'sneakers', type: 'low-top sneakers', color: 'white', image_count: 1 },
  ])
})

summary('a pair of equal garments in one picture is one picture', () => {
  const [shorts] = denimShorts.garments
  const twice = { ...denimShorts, garments: [...denimShorts.garments, ...denimShorts.garments] }
  assert.is(summarizePost([twice]).garments.length, 1)
  assert.is(summarizePost([twice]).garments[0]?.image_count, 1)
  assert.is(shorts?.category, 'shorts')
})

summary('another colour makes another garment, and a garment without colours is unknown', () => {
  const [shorts] = denimShorts.garments
  assert.ok(shorts)
  const red = { ...denimShorts, garments: [{ ...shorts, colors: ['red' as const] }] }
  const colorless = { ...denimShorts, garments: [{ ...shorts, colors: [] }] }
  const colors = summarizePost([denimShorts, red, colorless]).garments.map(({ color }) => color)
  assert.equal(colors, ['blue', 'red', 'unknown'])
})

summary('lists are ordered by how many pictures show a value, ties by first appearance', () => {
  const { palette, seasons, styles, brands, settings } = summarizePost([streetLook, denimShorts])
  assert.equal(palette, ['navy', 'white', 'blue', 'beige'])
  assert.equal(seasons, ['summer', 'spring'])
  assert.equal(styles, ['casual', 'romantic'])
  assert.equal(brands, ['Levi’s'])
  assert.equal(settings, ['street', 'flat_lay'])
})

summary('a value that one picture repeats counts once', () => {
  const repeating = { ...streetLook, palette: ['red', 'red', 'red'] as ['red', 'red', 'red'] }
  assert.equal(summarizePost([repeating, denimShorts, denimShorts]).palette, ['blue', 'beige', 'red'])
})

summary('the mean confidence is in hundredths and the people are the most in one picture', () => {
  const result = summarizePost([
    streetLook,
    denimShorts,
    { ...denimShorts, people_count: null, confidence: 0.29 },
  ])
  assert.is(result.confidence_mean, 0.68)
  assert.is(result.people_count_max, 1)
})

summary('unknown values are left out', () => {
  const blurred = { ...denimShorts, occasion: 'unknown' as const, setting: 'unknown' as const }
  assert.equal(summarizePost([blurred]).occasions, [])
  assert.equal(summarizePost([blurred]).settings, [])
})

summary('the description names up to three garments in one line', () => {
  assert.is(summarizePost([denimShorts]).description, '1 picture: blue denim shorts')
  assert.is(
    summarizePost([streetLook, denimShorts]).description,
    '2 pictures: navy wrap dress, white low-top sneakers, blue denim shorts',
  )
  const hat = {
    ...denimShorts,
    garments: denimShorts.garments.map((garment) => ({ ...garment, type: 'hat' })),
  }
  assert.match(summarizePost([streetLook, denimShorts, hat]).description, / and 1 more$/)
  assert.is(
    summarizePost([{ ...denimShorts, garments: [] }]).description,
    '1 picture without a recognised garment',
  )
})

summary('every summary satisfies its schema, and is the same each time', () => {
  fc.assert(
    fc.property(fc.array(arbitraryAnalysis, { maxLength: 5 }), (analyses) => {
      const result = summarizePost(analyses)
      assert.equal(postSummarySchema.parse(result), result)
      assert.is(JSON.stringify(summarizePost(structuredClone(analyses))), JSON.stringify(result))
    }),
  )
})

summary.run()
