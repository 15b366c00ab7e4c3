import * as z from 'zod'

/** What a person can be told of: a run `failed`, is `held` until somebody decides, or is `done`. */
export const notifyEvents = ['failed', 'held', 'done'] as const

/** Who is told of what; `notify` in a home's config. Secrets are not part of it: they come from the environment. */
export const notifySchema = z
  .strictObject({
    /** Gets a POST with JSON. */
    url: z
      .url({ protocol: /^https?$/ })
      .refine((url) => {
        const { username, password } = new URL(url)
        return username === '' && password === ''
      }, 'a URL with a user name or password in it cannot be called')
      .optional(),
    /** A program and its arguments, run without a shell; it gets the JSON on its standard input. */
    command: z.array(z.string()).min(1).optional(),
    on: z.array(z.enum(notifyEvents)).min(1).default(['failed', 'held']),
  })
  .refine(({ url, command }) => url !== undefined || command !== undefined, 'name a url, a command, or both')

export type NotifyConfig = z.infer<typeof notifySchema>
