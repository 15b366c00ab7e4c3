import * as z from 'zod'

import { canonicalAnalysis, hasKeysInOrder } from './canonical.js'
import type { Analysis } from './schema.js'

/** What came of reading one answer: an analysis in its canonical form, also as JSON to be stored, or why it is none. */
export type ReadAnswer =
  | { ok: true; analysis: Analysis; body: string }
  | { ok: false; reason: 'not_json' | 'schema_mismatch'; detail: string }

const DETAIL_LENGTH = 200

/**
 * Reads the text that a model answered.
 *
 * Strict structured outputs need none of the tolerance here; other OpenAI-compatible servers do. Only spellings with one
 * possible meaning are accepted: a code fence around the whole answer, outer spaces, digits in a string for a number,
 * enum values in another letter case or with a space or hyphen for the underscore, null for `unknown`, `unknown` in a
 * list, more keys than asked for. Anything else is a mismatch.
 *
 * @param schema  what the answer has to satisfy, full or compact.
 * @param toAnalysis  makes the full analysis of an answer that satisfies it.
 * @returns  `body` is the analysis as JSON, its keys in the schema's order: the very text of an answer that is this already, so
 *   that what was answered alike is stored alike. `detail` is the first issue with its path, at most 200 characters.
 */
export function readAnswer<Answer>(
  content: string,
  schema: z.ZodType<Answer>,
  toAnalysis: (answer: Answer) => Analysis,
): ReadAnswer {
  const text = withoutFence(content)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return { ok: false, reason: 'not_json', detail: shorten(notJsonDetail(content, error as SyntaxError)) }
  }
  // Most answers need no tolerance, and what satisfies the schema as it is would come through it unchanged.
  const exact = schema.safeParse(json)
  const parsed = exact.success ? exact : schema.safeParse(tolerated(schema, json), { reportInput: true })
  if (!parsed.success)
    return { ok: false, reason: 'schema_mismatch', detail: shorten(firstIssue(parsed.error)) }
  const analysis = canonicalAnalysis(toAnalysis(parsed.data))
  // Writing it anew takes as long as reading it did. What the schema accepts as it is, and what did not change on the way
  // from there, says the same as what was written.
  const isWritten = exact.success && analysis === exact.data && hasKeysInOrder(json as Analysis)
  return { ok: true, analysis, body: isWritten && !LAID_OUT.test(text) ? text : JSON.stringify(analysis) }
}

/** JSON that is laid out for people has spaces after its keys. Text within it may look so: then it is written anew for nothing. */
const LAID_OUT = /":\s/

/** The text between the first line and the closing fence when the whole answer stands in a code fence. */
function withoutFence(content: string): string {
  const text = content.trim()
  if (!text.startsWith('```')) return text
  const firstLineEnd = text.indexOf('\n')
  if (!/^```(json)?\s*$/i.test(text.slice(0, Math.max(0, firstLineEnd))) || !text.endsWith('```')) return text
  return text.slice(firstLineEnd, -3).trim()
}

function notJsonDetail(content: string, error: SyntaxError): string {
  return content.trim() === '' ? 'the answer is empty' : error.message
}

/** A value outside a vocabulary is quoted, because zod's own message lists the vocabulary instead. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  const path = issue?.path.join('.') || 'answer'
  const isTerm = issue?.code === 'invalid_value' && typeof issue.input === 'string'
  return `${path}: ${isTerm ? `${JSON.stringify(issue.input)} is not in its vocabulary` : issue?.message}`
}

function shorten(detail: string): string {
  return detail.length <= DETAIL_LENGTH ? detail : `${detail.slice(0, DETAIL_LENGTH - 1)}…`
}

/** The value with its unambiguous spellings made exact; whatever else is wrong stays as it is, for the schema to refuse. */
function tolerated(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodObject) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const source = value as Record<string, unknown>
    const fields = Object.entries(schema.shape) as [string, z.ZodType][]
    return Object.fromEntries(
      fields
        .filter(([name]) => Object.hasOwn(source, name))
        .map(([name, field]) => [name, tolerated(field, source[name])]),
    )
  }
  if (schema instanceof z.ZodArray) return toleratedList(schema.element as z.ZodType, value)
  if (schema instanceof z.ZodNullable) {
    return value === null ? null : tolerated(schema.unwrap() as z.ZodType, value)
  }
  if (schema instanceof z.ZodEnum) return toleratedTerm(schema.options as string[], value)
  if (schema instanceof z.ZodNumber) return toleratedNumber(schema, value)
  return value
}

function toleratedList(element: z.ZodType, value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const items = value.map((item) => tolerated(element, item))
  if (!(element instanceof z.ZodEnum)) return items
  return items.filter((item) => item !== 'unknown' || element.options.includes(item))
}

function toleratedTerm(options: string[], value: unknown): unknown {
  if (value === null && options.includes('unknown')) return 'unknown'
  if (typeof value !== 'string' || options.includes(value)) return value
  return value
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

function toleratedNumber(schema: z.ZodNumber, value: unknown): unknown {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || schema.isInt) return number
  return Math.round(number * 100) / 100
}
