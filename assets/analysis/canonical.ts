import type { Analysis, Garment } from './schema.js'

/** What models write where they mean that no brand shows. */
const NO_BRAND = new Set(['', 'unknown', 'none', 'null', 'n/a', 'na', 'unbranded', 'no brand'])

/**
 * The one form of an analysis that is stored, whichever profile it came from: free text on one line without outer or
 * control characters, garment types in lower case, lists without repetitions (the first stays), no empty details, null
 * for empty text and for words that mean "no brand". Its keys are in the schema's order, so that equal analyses are equal
 * bytes as JSON, to be hashed.
 */
export function canonicalAnalysis(analysis: Analysis): Analysis {
  return {
    description: cleanText(analysis.description),
    garments: analysis.garments.map(canonicalGarment),
    styles: [...new Set(analysis.styles)],
    occasion: analysis.occasion,
    seasons: [...new Set(analysis.seasons)],
    palette: [...new Set(analysis.palette)],
    setting: analysis.setting,
    people_count: analysis.people_count,
    visible_text: textOrNull(analysis.visible_text),
    brand: brandOrNull(analysis.brand),
    quality: analysis.quality,
    confidence: analysis.confidence,
  }
}

function canonicalGarment(garment: Garment): Garment {
  return {
    category: garment.category,
    type: cleanText(garment.type).toLowerCase(),
    colors: [...new Set(garment.colors)],
    pattern: garment.pattern,
    material: garment.material,
    fit: garment.fit,
    length: garment.length,
    sleeve: garment.sleeve,
    neckline: garment.neckline,
    details: distinctDetails(garment.details),
  }
}

/** The details without empty ones and without repetitions in other letter case. */
function distinctDetails(details: string[]): string[] {
  const byLowerCase = new Map<string, string>()
  for (const detail of details.map(cleanText)) {
    const key = detail.toLowerCase()
    if (key !== '' && !byLowerCase.has(key)) byLowerCase.set(key, detail)
  }
  return [...byLowerCase.values()]
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
