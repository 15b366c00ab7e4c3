import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { hostNameOf } from '../../pipeline/host-name.js'

/** Everything comes from this server, and nothing is inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
].join('; ')

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

const COOKIE = 'hemline_session'
const CSRF_HEADER = 'x-hemline-csrf'

export type Guard = {
  /** What a page of ours sends along with whatever changes something; made anew with every start. */
  csrf: string
  middleware: MiddlewareHandler
}

/**
 * Lets in whoever may look. A page of another origin can make a browser send requests here, and a name of its own can be made
 * to lead here; so the Host must be one by which this server is known, the Origin, when there is one, must be its own, so must
 * what the browser says of who asks, and whatever changes something must carry a secret that only our page could read.
 *
 * @param host  the address that is listened on.
 * @param token  asked for when it is given: once in the address (`/?token=...`), from then on by a cookie; or as a bearer token.
 */
export function makeGuard({ host, token }: { host: string; token: string | undefined }): Guard {
  const csrf = randomBytes(24).toString('base64url')
  const session = randomBytes(24).toString('base64url')

  return {
    csrf,
    async middleware(c, next) {
      for (const [name, value] of Object.entries(HEADERS)) c.header(name, value)
      const name = c.req.header('host') ?? ''
      if (!isOurHost(name, host)) {
        return refuse(c, 403, 'foreign_host', `this server is not known as "${name}"`)
      }
      const origin = c.req.header('origin')
      if (origin !== undefined && origin !== `http://${name}`) {
        return refuse(c, 403, 'foreign_origin', `a page of "${origin}" may not ask here`)
      }
      if (isAskedByAnother(c)) {
        return refuse(c, 403, 'foreign_page', 'a page of another origin may link here, and ask for nothing')
      }
      if (token !== undefined) {
        const given = c.req.query('token')
        if (c.req.path === '/' && given !== undefined && isSame(given, token)) {
          setCookie(c, COOKIE, session, { httpOnly: true, sameSite: 'Strict', path: '/' })
          return c.redirect('/', 303)
        }
        if (!isKnown(c, session, token)) {
          return refuse(c, 401, 'no_token', 'open it with its token: /?token=...')
        }
      }
      const isReading = c.req.method === 'GET' || c.req.method === 'HEAD'
      if (!isReading && !isSame(c.req.header(CSRF_HEADER) ?? '', csrf)) {
        return refuse(c, 403, 'no_csrf_token', 'an action is only taken from the page itself; load it again')
      }
      await next()
    },
  }
}

/** Pictures, scripts and the like are asked for without an Origin. Following a link to the page is all that others may. */
function isAskedByAnother(c: Context): boolean {
  const site = c.req.header('sec-fetch-site') ?? 'none'
  const isLink = c.req.path === '/' && c.req.header('sec-fetch-mode') === 'navigate'
  return site !== 'none' && site !== 'same-origin' && !isLink
}

/** Loopback names, and addresses in digits: those cannot be made to lead here by a name server. */
function isOurHost(header: string, boundTo: string): boolean {
  const name = hostNameOf(header)
  if (name === undefined) return false
  if (name === 'localhost' || name === boundTo.toLowerCase()) return true
  if (isLoopback(boundTo)) return isLoopback(name)
  return isIP(name) !== 0
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isKnown(c: Context, session: string, token: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1]
  return isSame(getCookie(c, COOKIE) ?? '', session) || isSame(bearer ?? '', token)
}

/** In a time that says nothing about where they differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}

function refuse(c: Context, status: 401 | 403, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status)
}
