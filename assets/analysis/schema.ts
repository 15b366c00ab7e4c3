import * as z from 'zod'

import { termsOf, vocabularies, type VocabularyName } from './vocabulary.js'

/** How a part of the full schema is written in a compact answer: as codes, or as a whole percentage. */
type CompactForm = { form: 'codes'; codes: Readonly<Record<string, string>> } | { form: 'percent' }

/** The compact form of each enum, and of each number between 0 and 1; read by `compact.ts`, invisible in JSON schemas. */
export const compactForms = z.registry<CompactForm>()

/** One worn or shown item. `unknown` means: not visible, or it does not apply (the sleeve of trousers). */
export const garmentSchema = z.object({
  category: oneOf('category', 'The kind of item.'),
  type: z.string().describe('The specific name in lower case, such as "wrap dress" or "chelsea boots".'),
  colors: manyOf('color', 'Colours of this item, the largest area first; empty when they cannot be told.'),
  pattern: oneOf('pattern', 'The surface; "textured" for a single colour with visible relief.'),
  material: oneOf('material', 'The main fabric as far as it shows.'),
  fit: oneOf('fit', 'How closely it follows the body, or the shape that it falls in.'),
  length: oneOf('length', 'Where the hem ends: hip, mini (thigh), knee, midi (calf), ankle, maxi (floor).'),
  sleeve: oneOf('sleeve', 'Sleeve length.'),
  neckline: oneOf('neckline', 'The neck opening, collar or hood.'),
  details: z.array(z.string()).describe('Notable features in a few words each, such as "belted waist".'),
})

/**
 * What Hemline knows of one picture: stored, exported, and asked for. It is also the only place that says so: the types,
 * the compact form and both structured-output schemas are derived from it.
 *
 * Scalars that cannot be told are `unknown` or null; lists are empty. `confidence` is in whole hundredths.
 */
export const analysisSchema = z.object({
  description: z.string().describe('One sentence on what the picture shows.'),
  garments: z
    .array(garmentSchema)
    .describe('Every garment, shoe or accessory that shows, the most prominent first.'),
  styles: manyOf('style', 'Overall looks, the strongest first.'),
  occasion: oneOf('occasion', 'What the outfit suits best.'),
  seasons: manyOf('season', 'Each season it suits; all four for year-round items.'),
  palette: manyOf('color', 'The main colours of the outfit as a whole, the largest area first.'),
  setting: oneOf('setting', 'Where or how the picture was taken.'),
  people_count: z
    .int()
    .min(0)
    .max(10_000)
    .nullable()
    .describe('How many people are at least partly visible; 0 for none, null when it cannot be told.'),
  visible_text: z.string().nullable().describe('Legible text in the picture as written, or null.'),
  brand: z.string().nullable().describe('The brand when a logo or label shows it, or null. Never a guess.'),
  quality: oneOf('quality', 'Technical quality of the picture: sharpness, light, resolution.'),
  confidence: z
    .number()
    .min(0)
    .max(1)
    .refine(isHundredth, { error: 'expected whole hundredths' })
    .describe('How sure this analysis is as a whole, from 0 to 1 in steps of 0.01.')
    .register(compactForms, { form: 'percent' }),
})

export type Garment = z.infer<typeof garmentSchema>
export type Analysis = z.infer<typeof analysisSchema>

/** One value of a vocabulary, or `unknown`. */
function oneOf<Name extends VocabularyName>(name: Name, description: string) {
  return z
    .enum([...termsOf(name), 'unknown'])
    .describe(description)
    .register(compactForms, { form: 'codes', codes: vocabularies[name] })
}

/** Any number of values of a vocabulary; none means unknown. */
function manyOf<Name extends VocabularyName>(name: Name, description: string) {
  const term = z.enum(termsOf(name)).register(compactForms, { form: 'codes', codes: vocabularies[name] })
  return z.array(term).describe(description)
}

function isHundredth(value: number): boolean {
  return Math.round(value * 100) / 100 === value
}
