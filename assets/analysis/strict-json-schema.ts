import * as z from 'zod'

/** A JSON schema as the structured-output parameter takes it. */
export type JsonSchema = Record<string, unknown>

/**
 * The JSON schema of a zod object in the subset that strict structured outputs accept: every object closed, every key
 * required, no optional parts. Refinements are not part of it; zod checks them when an answer is read.
 *
 * @param describe  whether to keep descriptions; they help a model and are billed as input.
 */
export function strictJsonSchema(schema: z.ZodType, describe: boolean): JsonSchema {
  const { $schema: _dialect, ...body } = z.toJSONSchema(schema, {
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      if (!describe) delete jsonSchema.description
    },
  })
  return JSON.parse(JSON.stringify(body)) as JsonSchema
}
