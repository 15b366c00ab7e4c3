import { z } from 'zod'

import { analysisSchema, compactForms, type Analysis } from './schema.js'

/** The short key of every field that is not written as codes. */
const SHORT_KEYS = {
  description: 'd',
  garments: 'g',
  type: 't',
  details: 'x',
  people_count: 'n',
  visible_text: 'w',
  brand: 'b',
  confidence: 'c',
} as const

/** The key of the list that holds all codes of one object. */
const CODES_KEY = 'a'

type ShortKeys = typeof SHORT_KEYS
type IsCoded<T> = T extends readonly (infer Item)[]
  ? IsCoded<Item>
  : T extends string
    ? string extends T
      ? false
      : true
    : false
type Compact<T> = T extends readonly (infer Item)[]
  ? Compact<Item>[]
  : T extends object
    ? { a: string[] } & {
        [
          Key in keyof T as IsCoded<T[Key]> extends true
            ? never
            : Key extends keyof ShortKeys
              ? ShortKeys[Key]
              : never
        ]: Compact<T[Key]>
      }
    : T

/**
 * An analysis in few output tokens: short keys, and in each object one list `a` with the codes of all its vocabulary
 * fields. A field that is unknown or empty has no code there. Numbers between 0 and 1 are whole percentages.
 */
export type CompactAnalysis = Compact<Analysis>

/** The schema of compact answers, derived from the full one. */
export const compactSchema = compactOf(analysisSchema) as unknown as z.ZodType<CompactAnalysis>

/** Writes an analysis compactly. Lossless: `expand` gives an equal analysis back. */
export function toCompact(analysis: Analysis): CompactAnalysis {
  return encode(analysisSchema, analysis) as CompactAnalysis
}

/**
 * Reads a compact answer that `compactSchema` accepts.
 * Where it lists two codes for a field that holds one value, the first counts, as the prompt says.
 */
export function expand(compact: CompactAnalysis): Analysis {
  return decode(analysisSchema, compact) as Analysis
}

type Fields = [name: string, schema: z.ZodType][]
type Json = Record<string, unknown>

function compactOf(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape) as Fields
    const codes = fields.flatMap(([, field]) => Object.values(codesOf(field) ?? {}))
    const plain = fields.filter(([, field]) => codesOf(field) === undefined)
    return z.object({
      ...Object.fromEntries(plain.map(([name, field]) => [shortKey(name), compactOf(field)])),
      [CODES_KEY]: z.array(z.enum(codes)),
    })
  }
  if (schema instanceof z.ZodArray) return z.array(compactOf(schema.element as z.ZodType))
  if (isPercent(schema)) return z.int().min(0).max(100)
  return schema
}

function encode(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodObject) {
    const result: Json = {}
    const listed: string[] = []
    for (const [name, field] of Object.entries(schema.shape) as Fields) {
      const item = (value as Json)[name]
      const codes = codesOf(field)
      if (codes === undefined) result[shortKey(name)] = encode(field, item)
      else listed.push(...[item].flat().flatMap((term) => codes[term as string] ?? []))
    }
    return { ...result, [CODES_KEY]: listed }
  }
  if (schema instanceof z.ZodArray) {
    return (value as unknown[]).map((item) => encode(schema.element as z.ZodType, item))
  }
  return isPercent(schema) ? Math.round((value as number) * 100) : value
}

function decode(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodObject) {
    const source = value as Json
    const listed = source[CODES_KEY] as string[]
    return Object.fromEntries(
      (Object.entries(schema.shape) as Fields).map(([name, field]) => {
        const codes = codesOf(field)
        if (codes === undefined) return [name, decode(field, source[shortKey(name)])]
        const terms = termsListed(codes, listed)
        return [name, field instanceof z.ZodArray ? terms : (terms[0] ?? 'unknown')]
      }),
    )
  }
  if (schema instanceof z.ZodArray) {
    return (value as unknown[]).map((item) => decode(schema.element as z.ZodType, item))
  }
  return isPercent(schema) ? (value as number) / 100 : value
}

/** The terms of one vocabulary among the listed codes, in the order listed. */
function termsListed(codes: Readonly<Record<string, string>>, listed: string[]): string[] {
  const termOf = new Map(Object.entries(codes).map(([term, code]) => [code, term]))
  return listed.flatMap((code) => termOf.get(code) ?? [])
}

/** The codes of a field that is written as codes: a vocabulary value, or a list of them. */
function codesOf(field: z.ZodType): Readonly<Record<string, string>> | undefined {
  const form = compactForms.get(field instanceof z.ZodArray ? (field.element as z.ZodType) : field)
  return form?.form === 'codes' ? form.codes : undefined
}

function isPercent(schema: z.ZodType): boolean {
  return compactForms.get(schema)?.form === 'percent'
}

function shortKey(name: string): string {
  if (name in SHORT_KEYS) return SHORT_KEYS[name as keyof ShortKeys]
  throw new Error(
    `the field "${name}" has neither codes nor a short key; add one to SHORT_KEYS in compact.ts`,
  )
}
