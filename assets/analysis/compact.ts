import * as z from 'zod'

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
  return decodeAnalysis(compact) as Analysis
}

const decodeAnalysis = decoderOf(analysisSchema)

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

type Decoder = (value: unknown) => unknown

/** Looks at the schema once, and not for every answer. */
function decoderOf(schema: z.ZodType): Decoder {
  if (schema instanceof z.ZodObject) {
    const fields = (Object.entries(schema.shape) as Fields).map(
      ([name, field]) => [name, fieldDecoder(name, field)] as const,
    )
    return (value) => {
      const source = value as Json
      return Object.fromEntries(fields.map(([name, decode]) => [name, decode(source)]))
    }
  }
  if (schema instanceof z.ZodArray) {
    const decode = decoderOf(schema.element as z.ZodType)
    return (value) => (value as unknown[]).map(decode)
  }
  return isPercent(schema) ? (value) => (value as number) / 100 : (value) => value
}

/** Reads one field of the full form from the compact object. */
function fieldDecoder(name: string, field: z.ZodType): (source: Json) => unknown {
  const codes = codesOf(field)
  if (codes === undefined) {
    const [key, decode] = [shortKey(name), decoderOf(field)]
    return (source) => decode(source[key])
  }
  const termOf = new Map(Object.entries(codes).map(([term, code]) => [code, term]))
  const termsListed = (source: Json): string[] =>
    (source[CODES_KEY] as string[]).flatMap((code) => termOf.get(code) ?? [])
  return field instanceof z.ZodArray ? termsListed : (source) => termsListed(source)[0] ?? 'unknown'
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
