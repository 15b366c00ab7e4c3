// A server in a process of its own that reads uploads and sends one file, and does nothing else.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** Lets it run while `use` does; it is given the base URL. */
export async function withSink(folder, use) {
  const child = fork(fileURLToPath(import.meta.url), [folder])
  const ended = once(child, 'exit')
  const [url] = await once(child, 'message')
  try {
    await use(url)
  } finally {
    child.disconnect()
    await ended
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(join(process.argv[2], 'file'))

function serve(path) {
  const bytes = statSync(path).size
  const record = JSON.stringify({
    id: 'f',
    object: 'file',
    bytes,
    filename: 'f',
    created_at: 1,
    purpose: 'batch',
  })
  const server = createServer((request, response) => {
    if (request.method === 'GET' && request.url.endsWith('/content')) {
      response.writeHead(200, { 'content-length': bytes })
      createReadStream(path, { highWaterMark: 1 << 18 }).pipe(response)
      return
    }
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(record)
    })
  })
  server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
  process.on('disconnect', () => {
    server.close()
    server.closeAllConnections()
  })
}
