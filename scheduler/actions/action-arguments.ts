import * as z from 'zod'

const text = z.string().min(1).max(500)

/** What each kind of action is told; every one is written down with it. */
const actionArguments = {
  adopt: z.strictObject({ batch: text, part: text.optional() }),
  resubmit: z.strictObject({ named: text, is_confirmed: z.boolean() }),
  cancel: z.strictObject({ batch: text }),
  retry: z.strictObject({ reason: text.optional() }),
}

/** What is carried out at once, by whoever may; a run is asked for by a row of its own. */
export type ActionName = keyof typeof actionArguments

export type WantedAction = {
  [Kind in ActionName]: { kind: Kind; arguments: z.infer<(typeof actionArguments)[Kind]> }
}[ActionName]

/** An action as it was written down. */
export function readAction(row: { kind: string; arguments: string }): WantedAction {
  const schema = actionArguments[row.kind as ActionName]
  return { kind: row.kind, arguments: schema.parse(JSON.parse(row.arguments)) } as WantedAction
}
