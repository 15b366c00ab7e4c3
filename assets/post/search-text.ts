import type { Analysis } from '../analysis/schema.js'
import { termsOf, type VocabularyName } from '../analysis/vocabulary.js'
import type { PostRecord } from './post-record.js'

/** What posts can be filtered by. `garment` is a category in one colour, `state` that of a picture. */
export const facetNames = ['category', 'color', 'season', 'style', 'state'] as const
export type FacetName = (typeof facetNames)[number]
export type Facets = Partial<Record<FacetName, string>>

const imageStatesShown = ['described', 'pending', 'skipped', 'failed'] as const

/** So many words find what is meant; a hundred single letters took seconds of 100,000 posts, in which nothing else was answered. */
const MOST_WORDS = 16

/** Every value of a facet. */
export function valuesOf(name: FacetName): readonly string[] {
  return name === 'state' ? imageStatesShown : termsOf(name satisfies VocabularyName)
}

/**
 * What a grouped post is found by. A facet is one term of letters and digits, which no tokenizer parts; garments stand with
 * each of their colours as well, so that "red" and "dress" together mean a red dress.
 */
export function searchText(record: PostRecord): { words: string; facets: string } {
  const facets = new Set<string>()
  const words = new Set<string>([record.post_id, ...Object.values(record.columns)])
  for (const { analysis, state, columns } of record.images) {
    facets.add(facetTerm('state', state))
    for (const value of Object.values(columns)) words.add(value)
    if (!analysis) continue
    for (const facet of facetsOf(analysis)) facets.add(facet)
    for (const text of textsOf(analysis)) words.add(text)
  }
  return { words: [...words].join(' '), facets: [...facets].join(' ') }
}

/**
 * The query that finds what is typed and chosen; undefined when that is everything. Each word may be the beginning of one
 * that is meant; words beyond the sixteenth are not looked for.
 */
export function searchQuery(text: string, facets: Facets): string | undefined {
  const typed = text.match(/[\p{L}\p{N}]+/gu) ?? []
  const words = [...new Set(typed)].slice(0, MOST_WORDS).map((word) => `words : "${word}" *`)
  const { category, color, ...others } = facets
  const chosen = Object.entries(others).map(([name, value]) => facetTerm(name as FacetName, value))
  if (category !== undefined && color !== undefined) chosen.push(garmentTerm(category, color))
  else if (category !== undefined) chosen.push(facetTerm('category', category))
  else if (color !== undefined) chosen.push(facetTerm('color', color))
  const all = [...words, ...chosen.map((term) => `facets : "${term}"`)]
  return all.length === 0 ? undefined : all.join(' AND ')
}

/** Whether a picture by itself is what was chosen; the others of its post are shown beside it. */
export function isMatch(analysis: Analysis | null, state: string, facets: Facets): boolean {
  const terms = new Set([facetTerm('state', state), ...(analysis ? facetsOf(analysis) : [])])
  return (searchQuery('', facets)?.match(/f0\w+/g) ?? []).every((term) => terms.has(term))
}

/** How every term of a facet begins; the rest is the value without its underscores. */
export function facetPrefix(name: FacetName): string {
  return `f0${name}0`
}

export function facetTerm(name: FacetName, value: string): string {
  return facetPrefix(name) + plain(value)
}

function garmentTerm(category: string, color: string): string {
  return `f0garment0${plain(category)}0${plain(color)}`
}

function plain(value: string): string {
  return value.replaceAll('_', '')
}

function facetsOf({ garments, seasons, styles, palette }: Analysis): string[] {
  return [
    ...seasons.map((season) => facetTerm('season', season)),
    ...styles.map((style) => facetTerm('style', style)),
    ...palette.map((color) => facetTerm('color', color)),
    ...garments.flatMap(({ category, colors }) => [
      ...(category === 'unknown' ? [] : [facetTerm('category', category)]),
      ...colors.map((color) => facetTerm('color', color)),
      ...colors.map((color) => garmentTerm(category, color)),
    ]),
  ]
}

function textsOf({ description, garments, visible_text, brand, occasion, setting }: Analysis): string[] {
  const texts = [description, visible_text, brand, occasion, setting].map((text) => text ?? '')
  const ofGarments = garments.flatMap(({ type, pattern, material, details }) => [
    ...[type, pattern, material],
    ...details,
  ])
  return [...texts, ...ofGarments].filter((text) => text !== '' && text !== 'unknown')
}
