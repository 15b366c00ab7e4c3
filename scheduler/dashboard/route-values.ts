import type { Context } from 'hono'

/** The id in the path; -1, which no record has, for what is no number. */
export function idOf(c: Context): number {
  const text = c.req.param('id') ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : -1
}

/** The id that a page of a listing goes on before; the highest there is when none is given. */
export function beforeOf(c: Context): number {
  const before = Number(c.req.query('before') ?? Number.NaN)
  return Number.isSafeInteger(before) && before > 0 ? before : Number.MAX_SAFE_INTEGER
}

export function notFound(c: Context, message: string): Response {
  return c.json({ error: { code: 'not_found', message } }, 404)
}
