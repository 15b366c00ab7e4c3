import * as z from 'zod'

import { analysisSchema, garmentSchema, type Analysis, type Garment } from './schema.js'

/** What a post as a whole shows: its pictures taken together. Every list has the most frequent first. */
export const postSummarySchema = z.object({
  description: z.string().describe('One line on the whole post; empty for a post without analyses.'),
  image_count: z.int().min(0),
  garments: z.array(
    garmentSchema.pick({ category: true, type: true }).extend({
      color: z.enum([...garmentSchema.shape.colors.element.options, 'unknown']).describe('The main colour.'),
      image_count: z.int().min(1).describe('In how many pictures of the post it appears.'),
    }),
  ),
  palette: analysisSchema.shape.palette,
  styles: analysisSchema.shape.styles,
  seasons: analysisSchema.shape.seasons,
  occasions: z.array(analysisSchema.shape.occasion),
  settings: z.array(analysisSchema.shape.setting),
  brands: z.array(z.string()),
  people_count_max: analysisSchema.shape.people_count,
  confidence_mean: z.number().min(0).max(1).nullable().describe('In hundredths; null without analyses.'),
})

export type PostSummary = z.infer<typeof postSummarySchema>
export type PostGarment = PostSummary['garments'][number]

const GARMENTS_DESCRIBED = 3

/**
 * Takes the analyses of a post's pictures together. Pure, and the same for the same analyses in the same order.
 *
 * Garments count as the same when category, type and main colour agree. Frequencies count pictures, not mentions; equal
 * frequencies keep the order in which the pictures show them. Unknown values are left out. No analyses give empty lists,
 * an empty description, and null for people and confidence.
 */
export function summarizePost(analyses: readonly Analysis[]): PostSummary {
  const garments = garmentsOf(analyses)
  return {
    description: describePost(garments, analyses),
    image_count: analyses.length,
    garments,
    palette: byFrequency(analyses.map((analysis) => analysis.palette)),
    styles: byFrequency(analyses.map((analysis) => analysis.styles)),
    seasons: byFrequency(analyses.map((analysis) => analysis.seasons)),
    occasions: byFrequency(analyses.map((analysis) => known(analysis.occasion))),
    settings: byFrequency(analyses.map((analysis) => known(analysis.setting))),
    brands: byFrequency(analyses.map((analysis) => (analysis.brand === null ? [] : [analysis.brand]))),
    people_count_max: maxPeople(analyses),
    confidence_mean: meanConfidence(analyses),
  }
}

function garmentsOf(analyses: readonly Analysis[]): PostGarment[] {
  const found = new Map<string, PostGarment>()
  for (const { garments } of analyses) {
    const inThisImage = new Map(garments.map((garment) => [identityOf(garment), garment]))
    for (const [identity, garment] of inThisImage) {
      const earlier = found.get(identity)
      if (earlier) earlier.image_count += 1
      else found.set(identity, postGarment(garment))
    }
  }
  return [...found.values()].toSorted((a, b) => b.image_count - a.image_count)
}

function identityOf({ category, type, colors }: Garment): string {
  return JSON.stringify([category, type, colors[0] ?? 'unknown'])
}

function postGarment({ category, type, colors }: Garment): PostGarment {
  return { category, type, color: colors[0] ?? 'unknown', image_count: 1 }
}

/** Each value once, by the number of lists it is in; the sort is stable, so ties stay in order of appearance. */
function byFrequency<Value extends string>(lists: Value[][]): Value[] {
  const counts = new Map<Value, number>()
  for (const list of lists) {
    for (const value of new Set(list)) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([value]) => value)
}

function known<Value extends string>(value: Value): Value[] {
  return value === 'unknown' ? [] : [value]
}

function maxPeople(analyses: readonly Analysis[]): number | null {
  const counts = analyses.flatMap(({ people_count }) => people_count ?? [])
  return counts.length === 0 ? null : Math.max(...counts)
}

/** In integers until the one division, so that the order of the pictures cannot change the last digit. */
function meanConfidence(analyses: readonly Analysis[]): number | null {
  if (analyses.length === 0) return null
  const hundredths = analyses.reduce((sum, { confidence }) => sum + Math.round(confidence * 100), 0)
  return Math.round(hundredths / analyses.length) / 100
}

function describePost(garments: PostGarment[], analyses: readonly Analysis[]): string {
  if (analyses.length === 0) return ''
  const images = analyses.length === 1 ? '1 picture' : `${analyses.length} pictures`
  if (garments.length === 0) return `${images} without a recognised garment`
  const named = garments.slice(0, GARMENTS_DESCRIBED).map(nameOf)
  const more = garments.length - named.length
  return `${images}: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function nameOf({ category, type, color }: PostGarment): string {
  const noun = type || (category === 'unknown' ? 'item' : category.replaceAll('_', ' '))
  return color === 'unknown' ? noun : `${color.replaceAll('_', ' ')} ${noun}`
}
