import fc from 'fast-check'
import * as z from 'zod'

import { analysisSchema, compactForms, type Analysis } from '../../../assets/analysis/schema.js'

/** Any analysis that the schema accepts, however untidy: repeated values, odd spaces, every kind of character. */
export const arbitraryAnalysis = arbitraryOf(analysisSchema) as fc.Arbitrary<Analysis>

function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape) as [string, z.ZodType][]
    const shape = Object.fromEntries(fields.map(([name, field]) => [name, arbitraryOf(field)]))
    return fc.record(shape, { noNullPrototype: true })
  }
  if (schema instanceof z.ZodArray)
    return fc.array(arbitraryOf(schema.element as z.ZodType), { maxLength: 6 })
  if (schema instanceof z.ZodNullable) return fc.option(arbitraryOf(schema.unwrap() as z.ZodType))
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options)
  if (compactForms.get(schema)?.form === 'percent') return fc.nat(100).map((percent) => percent / 100)
  if (schema instanceof z.ZodNumber) return fc.nat(10_000)
  if (schema instanceof z.ZodString) return fc.oneof(fc.string(), fc.string({ unit: 'binary' }))
  throw new Error(`no arbitrary for ${schema.type}`)
}
