import { execFile, execFileSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type FetchContext, type FetchedImage, fetchImage } from '../../../assets/intake/fetch-image.js'
import { type Clock, systemClock } from '../../../pipeline/clock.js'
import { rejection } from '../../rejection.js'
import { temporaryFolder } from './temporary-folder.js'

const fetching = suite('fetching an image')

type Site = AsyncDisposable & { requests: IncomingMessage[]; fetch: typeof globalThis.fetch }

/** A real server on this machine; its `fetch` sends what is meant for https://x.test there. */
async function serve(listener: RequestListener): Promise<Site> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  const port = await listen(server)
  return {
    requests,
    fetch: (url, init) =>
      globalThis.fetch((url as string).replace('https://x.test', `http://127.0.0.1:${port}`), init),
    [Symbol.asyncDispose]: () => close(server),
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function close(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  server.closeAllConnections?.()
  await new Promise((resolve) => server.close(resolve))
}

async function fetched(
  url: string,
  site: Site,
  context: Partial<FetchContext> & { folder: string },
): Promise<FetchedImage> {
  return fetchImage(url, { fetch: site.fetch, clock: systemClock, ...context })
}

fetching('keeps the bytes in a file, and never asks twice', async () => {
  await using folder = await temporaryFolder()
  await using site = await serve((_, response) => response.end('bytes'))
  const first = await fetched('https://x.test/a.jpg?x=1', site, { folder: join(folder.path, 'new') })
  assert.ok(first.ok)
  assert.is((await readFile(first.path)).toString(), 'bytes')
  assert.equal(await fetched('https://x.test/a.jpg?x=1', site, { folder: join(folder.path, 'new') }), first)
  assert.is(site.requests.length, 1)
  assert.is(site.requests[0]?.url, '/a.jpg?x=1')
  const other = await fetched('https://x.test/a.jpg?x=2', site, { folder: join(folder.path, 'new') })
  assert.ok(other.ok && other.path !== first.path)
})

fetching('tells a failure from the server, keeps nothing, and tries again the next time', async () => {
  await using folder = await temporaryFolder()
  let status = 404
  await using site = await serve((_, response) => response.writeHead(status).end('gone'))
  assert.equal(await fetched('https://x.test/a.jpg', site, { folder: folder.path }), {
    ok: false,
    reason: 'download_failed',
    detail: 'the server answered 404',
  })
  assert.equal(await readdir(folder.path), [])
  status = 200
  assert.ok((await fetched('https://x.test/a.jpg', site, { folder: folder.path })).ok)
})

fetching('refuses an answer without bytes, and one that breaks off, keeping neither', async () => {
  await using folder = await temporaryFolder()
  await using site = await serve((request, response) => {
    if (request.url === '/empty') return response.end()
    response.writeHead(200, { 'content-length': 100 })
    response.write('half', () => response.destroy())
    return response
  })
  const empty = await fetched('https://x.test/empty', site, { folder: folder.path })
  assert.is(empty.ok || empty.detail, 'the server sent no bytes')
  const broken = await fetched('https://x.test/broken', site, { folder: folder.path })
  assert.is(broken.ok || broken.reason, 'download_failed')
  assert.equal(await readdir(folder.path), [])
})

fetching('stops at 64 MiB', async () => {
  await using folder = await temporaryFolder()
  const part = Buffer.alloc(1024 * 1024)
  let sent = 0
  await using site = await serve((_, response) => {
    const more = (): void => {
      while (!response.destroyed && sent < 200) {
        sent++
        if (!response.write(part)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  const huge = await fetched('https://x.test/huge', site, { folder: folder.path })
  assert.is(huge.ok || huge.reason, 'too_many_bytes')
  assert.ok(sent < 150, `${sent} MiB were sent`)
  assert.equal(await readdir(folder.path), [])
})

fetching('follows redirects to https only, and not for ever', async () => {
  await using folder = await temporaryFolder()
  await using site = await serve((request, response) => {
    const to: Record<string, string> = {
      '/once': '/found',
      '/to-http': 'http://127.0.0.1:9/x.jpg',
      '/to-file': 'file:///etc/passwd',
      '/round': '/round',
      '/nowhere': 'https://',
    }
    const location = to[request.url ?? '']
    if (location === undefined) response.end('found')
    else response.writeHead(302, { location }).end()
  })
  const to = (path: string): Promise<FetchedImage> =>
    fetched(`https://x.test${path}`, site, { folder: folder.path })
  assert.ok((await to('/once')).ok)
  for (const path of ['/to-http', '/to-file'])
    assert.equal(await to(path), { ok: false, reason: 'not_https', detail: 'redirected away from https' })
  const before = site.requests.length
  assert.equal(await to('/round'), {
    ok: false,
    reason: 'download_failed',
    detail: 'redirected more than 5 times',
  })
  assert.is(site.requests.length - before, 6)
  assert.is(((await to('/nowhere')) as { reason: string }).reason, 'download_failed')
})

fetching('asks for nothing that is not https, and shows no password', async () => {
  await using folder = await temporaryFolder()
  await using site = await serve((_, response) => response.end('x'))
  for (const url of ['http://x.test/a.jpg', 'ftp://x.test/a', 'nonsense', ''])
    assert.is(
      ((await fetched(url, site, { folder: folder.path })) as { reason: string }).reason,
      'not_https',
      url,
    )
  const secret = await fetched('https://anna:hunter2@x.test/a.jpg', site, { folder: folder.path })
  assert.is(secret.ok || secret.reason, 'download_failed')
  assert.not.match(JSON.stringify(secret), 'hunter2')
  assert.is(site.requests.length, 0)
})

fetching('sends neither cookies nor where it comes from', async () => {
  await using folder = await temporaryFolder()
  await using site = await serve((_, response) => response.writeHead(200, { 'set-cookie': 'a=b' }).end('x'))
  await fetched('https://x.test/1', site, { folder: folder.path })
  await fetched('https://x.test/2', site, { folder: folder.path })
  for (const { headers } of site.requests) {
    assert.is(headers.cookie, undefined)
    assert.is(headers.referer, undefined)
    assert.is(headers.authorization, undefined)
  }
})

/** A clock on which two minutes pass as soon as `pass` is called. */
function manualClock(): Clock & { pass(): void; waiting: Promise<number> } {
  let pass = (): void => undefined
  let isWaiting: (ms: number) => void
  const waiting = new Promise<number>((resolve) => (isWaiting = resolve))
  return {
    now: () => new Date(0),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        pass = resolve
        signal?.addEventListener('abort', () => resolve())
        isWaiting(ms)
      }),
    pass: () => pass(),
    waiting,
  }
}

fetching('gives up after two minutes, whether no answer comes or no end of it', async () => {
  await using folder = await temporaryFolder()
  const clock = manualClock()
  await using site = await serve((request, response) => {
    if (request.url === '/slow') response.write('a little')
    setTimeout(() => clock.pass(), 50)
  })
  for (const path of ['/silent', '/slow']) {
    const late = await fetched(`https://x.test${path}`, site, { folder: folder.path, clock })
    assert.equal(late, { ok: false, reason: 'download_failed', detail: 'no answer within 120 s' }, path)
  }
  assert.is(await clock.waiting, 120_000)
  assert.equal(await readdir(folder.path), [])
})

fetching('rejects with the reason when it is aborted, so that nothing is recorded as failed', async () => {
  await using folder = await temporaryFolder()
  const abort = new AbortController()
  const reason = new Error('the run was stopped')
  await using site = await serve((_, response) => {
    response.write('a little', () => abort.abort(reason))
  })
  const url = 'https://x.test/slow'
  const context = { folder: folder.path, signal: abort.signal }
  assert.is(await rejection(fetched(url, site, context)), reason)
  assert.is(await rejection(fetched(url, site, context)), reason)
  assert.equal(await readdir(folder.path), [])
  assert.is(site.requests.length, 1)
})

fetching('checks the server’s certificate', async () => {
  await using folder = await temporaryFolder()
  const key = join(folder.path, 'key.pem')
  const certificate = join(folder.path, 'certificate.pem')
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject]
  execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' })
  const server = createHttpsServer(
    { key: await readFile(key), cert: await readFile(certificate) },
    (_, response) => response.end('over TLS'),
  )
  const port = await listen(server)
  try {
    const inChild = async (environment: NodeJS.ProcessEnv): Promise<FetchedImage> => {
      const script = `
        import { fetchImage } from ${JSON.stringify(new URL('../../../assets/intake/fetch-image.ts', import.meta.url).href)}
        import { systemClock } from ${JSON.stringify(new URL('../../../pipeline/clock.ts', import.meta.url).href)}
        const context = { folder: ${JSON.stringify(join(folder.path, 'fetched'))}, fetch, clock: systemClock }
        process.stdout.write(JSON.stringify(await fetchImage('https://localhost:${port}/a.jpg', context)))`
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', '--input-type=module', '-e', script],
        { env: { ...process.env, ...environment } },
      )
      return JSON.parse(stdout) as FetchedImage
    }
    const distrusted = await inChild({})
    assert.is(distrusted.ok || distrusted.reason, 'download_failed')
    assert.match(distrusted.ok ? '' : distrusted.detail, 'CERT')
    const trusted = await inChild({ NODE_EXTRA_CA_CERTS: certificate })
    assert.ok(trusted.ok)
    assert.is((await readFile(trusted.path)).toString(), 'over TLS')
  } finally {
    await close(server)
  }
})

fetching.run()
