import { vocabularies, type VocabularyName } from './vocabulary.js'

/**
 * Codes that a model may take for something else, and are therefore explained in the legend. All others are the word
 * itself or its beginning, and the structured-output schema lists them.
 */
const EXPLAINED = {
  category: ['t_shirt', 'sweater', 'trousers', 'sneakers', 'jewelry', 'eyewear', 'hosiery'],
  color: ['charcoal', 'off_white', 'light_blue', 'turquoise', 'burgundy', 'lilac', 'dark_green'],
  pattern: ['tie_dye'],
  material: ['synthetic'],
  fit: ['skinny'],
  neckline: ['v_neck', 'strapless'],
  sleeve: ['sleeveless', 'cap'],
  style: ['sporty', 'business', 'outdoor'],
  occasion: ['everyday', 'sport', 'outdoors'],
  season: ['autumn'],
  setting: ['flat_lay', 'hanger', 'indoors', 'street', 'shore'],
  quality: ['high', 'medium', 'low'],
} as const satisfies { [Name in VocabularyName]?: readonly (keyof (typeof vocabularies)[Name])[] }

/** The short prompt: short keys, codes, and a legend of the codes that do not explain themselves. */
export const compactPrompt = `Fashion photo to minified JSON. Only what shows; leave out codes that do not.
d: max 10 words. g: items, main first: t type (lower case, "wrap dress"), x up to 3 details, a codes: kind, colors (largest first), pattern, fabric, fit, hem, sleeve, neck.
n: people. w: readable text or null. b: brand shown or null. c: confidence 0-100.
a: codes of the picture: styles (max 2), occasion, seasons, palette (max 3), setting, quality.
Several colors, styles, seasons; of the rest only the first counts.
Codes: ${legend()}; x... other.`

function legend(): string {
  return Object.entries(EXPLAINED)
    .flatMap(([name, terms]) => terms.map((term) => explained(name as VocabularyName, term)))
    .join(', ')
}

function explained(name: VocabularyName, term: string): string {
  const codes: Record<string, string> = vocabularies[name]
  return `${codes[term]} ${term.replaceAll('_', ' ')}`
}
