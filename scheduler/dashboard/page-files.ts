import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { packageRoot } from '../../data/package-root.js'
import { HemlineError } from '../../pipeline/errors.js'

const files = {
  '/': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { name: 'icon.svg', type: 'image/svg+xml' },
} as const

/**
 * Serves the page as it was built: four files, read once.
 *
 * @throws HemlineError `page_not_built` when the package was not built.
 */
export function pageFiles(): Hono {
  const route = new Hono()
  for (const [path, { name, type }] of Object.entries(files)) {
    const bytes = readBuilt(name)
    const zipped = new Uint8Array(gzipSync(bytes, { level: 9 }))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 16)}"`
    route.get(path, (c) => {
      c.header('etag', etag)
      c.header('cache-control', 'no-cache')
      if (c.req.header('if-none-match') === etag) return c.body(null, 304)
      c.header('content-type', type)
      c.header('vary', 'accept-encoding')
      if (!c.req.header('accept-encoding')?.includes('gzip')) return c.body(new Uint8Array(bytes))
      c.header('content-encoding', 'gzip')
      return c.body(zipped)
    })
  }
  return route
}

function readBuilt(name: string): Buffer {
  const path = join(packageRoot(), 'dist', 'reports', 'dashboard', name)
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new HemlineError({
      code: 'page_not_built',
      message: `the page is not built: "${path}" cannot be read`,
      hint: 'Build it: npm run build',
      cause,
    })
  }
}
