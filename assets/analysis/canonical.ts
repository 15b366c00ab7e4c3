import { type Analysis, type Garment, analysisSchema, garmentSchema } from './schema.js'

/** What models write where they mean that no brand shows. */
const NO_BRAND = new Set(['', 'unknown', 'none', 'null', 'n/a', 'na', 'unbranded', 'no brand'])

/**
 * The one form of an analysis that is stored, whichever profile it came from: free text on one line without outer or
 * control characters, garment types in lower case, lists without repetitions (the first stays), no empty details, null
 * for empty text and for words that mean "no brand".
 *
 * @returns  the analysis itself where it has that form already, as most have.
 */
export function canonicalAnalysis(analysis: Analysis): Analysis {
  return changed(analysis, {
    description: cleanText(analysis.description),
    garments: changedItems(analysis.garments, canonicalGarment),
    styles: distinct(analysis.styles),
    seasons: distinct(analysis.seasons),
    palette: distinct(analysis.palette),
    visible_text: textOrNull(analysis.visible_text),
    brand: brandOrNull(analysis.brand),
  })
}

/** Whether parsed JSON has the keys of an analysis in the schema's order, and no others: so has every stored one. */
export function hasKeysInOrder(analysis: Analysis): boolean {
  return (
    areKeysOf(analysis, ANALYSIS_KEYS) &&
    analysis.garments.every((garment) => areKeysOf(garment, GARMENT_KEYS))
  )
}

const ANALYSIS_KEYS = Object.keys(analysisSchema.shape)
const GARMENT_KEYS = Object.keys(garmentSchema.shape)

function areKeysOf(value: object, keys: readonly string[]): boolean {
  let at = 0
  for (const key in value) if (key !== keys[at++]) return false
  return at === keys.length
}

function canonicalGarment(garment: Garment): Garment {
  return changed(garment, {
    type: cleanText(garment.type).toLowerCase(),
    colors: distinct(garment.colors),
    details: distinctDetails(garment.details),
  })
}

/** The value with other parts, in the order of its keys; itself where they are the ones that it has. */
function changed<T extends object>(value: T, parts: Partial<T>): T {
  for (const key in parts) if (parts[key] !== value[key]) return { ...value, ...parts }
  return value
}

function changedItems<T>(list: T[], change: (item: T) => T): T[] {
  const items = list.map(change)
  return items.every((item, at) => item === list[at]) ? list : items
}

function distinct<T>(list: T[]): T[] {
  return list.every((item, at) => list.indexOf(item) === at) ? list : [...new Set(list)]
}

/** The details without empty ones and without repetitions in other letter case. */
function distinctDetails(details: string[]): string[] {
  const clean = changedItems(details, cleanText)
  const keys = clean.map((detail) => detail.toLowerCase())
  if (distinct(keys) === keys && !keys.includes('')) return clean
  return clean.filter((_, at) => keys[at] !== '' && keys.indexOf(keys[at]!) === at)
}

function brandOrNull(brand: string | null): string | null {
  const text = textOrNull(brand)
  return text === null || NO_BRAND.has(text.toLowerCase()) ? null : text
}

function textOrNull(text: string | null): string | null {
  return text === null ? null : cleanText(text) || null
}

/** Text on one line; half a surrogate pair would change when written as UTF-8, so it becomes U+FFFD at once. */
function cleanText(text: string): string {
  return PLAIN_TEXT.test(text) ? text : cleaned(text)
}

/** ASCII words with a space between them are clean; most text is. */
const PLAIN_TEXT = /^[!-~]+(?: [!-~]+)*$/

function cleaned(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .normalize('NFC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
}
