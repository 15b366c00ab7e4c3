import * as z from 'zod'
import { fashionGraph } from '../../assets/list.js'

/** The names that providers and we give never look like an option, nor hold what no command line takes; what does is none of them. */
const text = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^-\p{Cc}][^\p{Cc}]*$/u)
const keys = fashionGraph.nodes.map(({ key }) => key)

/** What the page may ask for; a selection is of whole assets, alone or with all above them. */
export const pageActionSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('materialize'),
    arguments: z.strictObject({
      selection: z.array(z.string().refine((key) => keys.includes(key.replace(/^\+/, '')))).max(keys.length),
    }),
  }),
  z.strictObject({
    kind: z.literal('adopt'),
    arguments: z.strictObject({ batch: text, part: text.optional() }),
  }),
  z.strictObject({ kind: z.literal('resubmit'), arguments: z.strictObject({ named: text }) }),
  z.strictObject({ kind: z.literal('cancel'), arguments: z.strictObject({ batch: text }) }),
  z.strictObject({ kind: z.literal('retry'), arguments: z.strictObject({ reason: text.optional() }) }),
])

export type PageAction = z.infer<typeof pageActionSchema>
