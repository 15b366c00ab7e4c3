import { createHash, randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { type IncomingMessage, createServer, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Artifact, createArtifact } from '../../../../data/artifacts.js'
import { receiveUpload } from '../../../../pipeline/provider/local-server/receive-upload.js'
import { RespondError } from '../../../../pipeline/provider/local-server/respond.js'
import { StoppedClock } from './stopped-clock.js'
import { temporaryDirectory } from './temporary-directory.js'
import { makeWorld, refusal, textOf, until, upload } from './world.js'

const files = suite('the files of the local server')
const key = { authorization: 'Bearer any' }

/** Sends a form as a browser would, with names that the SDK would shorten. */
async function post(url: string, form: FormData): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/files`, { method: 'POST', headers: key, body: form })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

function formOf(
  name: string,
  content: string,
  fields: Record<string, string> = { purpose: 'batch' },
): FormData {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  form.set('file', new File([content], name))
  return form
}

function codeOf(body: Record<string, unknown>): unknown {
  return (body['error'] as { code: string }).code
}

/** A multipart body by hand, as no client would write it. */
async function postRaw(url: string, body: string | Buffer, contentType: string): Promise<[number, unknown]> {
  const response = await fetch(`${url}/files`, {
    method: 'POST',
    headers: { ...key, 'content-type': contentType },
    body,
  })
  return [response.status, codeOf((await response.json()) as Record<string, unknown>)]
}

files('come back byte for byte, with their length told before', async () => {
  await using world = await makeWorld()
  const content = randomBytes(300_000)
  const id = await upload(world.client, content)
  const response = await world.client.files.content(id)
  assert.is(response.headers.get('content-length'), '300000')
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  assert.is(digest(new Uint8Array(await response.arrayBuffer())), digest(content))
})

files('keep their name as free text, whatever it looks like', async () => {
  await using world = await makeWorld()
  const names = [
    '../../../etc/passwd',
    '/abs/olute.jsonl',
    'C:\\windows\\tasks.jsonl',
    'a "quoted" name.jsonl',
    'ü 🧵 е́.jsonl',
    'line\nbreak\r.jsonl',
    'semi;colon=equals.jsonl',
    "it's %41 100%.jsonl",
    `${'long'.repeat(100)}.jsonl`,
    '.json',
    ' ',
    'a\\"b.jsonl',
  ]
  for (const name of names) {
    const { status, body } = await post(world.url, formOf(name, 'content'))
    assert.is(status, 200)
    assert.is(body['filename'], name)
    assert.is(await textOf(world.client, body['id'] as string), 'content')
  }
  const outside = (await readdir(world.directory)).filter((name) => !name.startsWith('lock.db'))
  assert.equal(outside, ['batches', 'files'])
})

files('may be empty', async () => {
  await using world = await makeWorld()
  const id = await upload(world.client, '')
  assert.is((await world.client.files.retrieve(id)).bytes, 0)
  assert.is(await textOf(world.client, id), '')
})

files('are found with their fields before or after them', async () => {
  await using world = await makeWorld()
  const form = new FormData()
  form.set('file', new File(['content'], 'a'))
  form.set('purpose', 'batch')
  assert.is((await post(world.url, form)).status, 200)
})

files('are listed page by page, newest first or oldest first, each exactly once', async () => {
  await using world = await makeWorld({ clock: new StoppedClock() })
  const { client } = world
  const ids: string[] = []
  for (let at = 0; at < 7; at++) ids.push(await upload(client, `${at}`))
  const listed = async (order: 'asc' | 'desc') => {
    const seen: string[] = []
    for await (const { id } of client.files.list({ limit: 3, order })) seen.push(id)
    return seen
  }
  assert.equal(await listed('asc'), ids)
  assert.equal(await listed('desc'), ids.toReversed())
  await world.restart()
  assert.equal(
    (await world.client.files.list()).data.map(({ id }) => id),
    ids.toReversed(),
  )
  const page = await world.client.files.list({ limit: 3, after: ids[3]! })
  assert.equal(
    page.data.map(({ id }) => id),
    [ids[2], ids[1], ids[0]],
  )
  assert.is(page.has_more, false)
  assert.is((await world.client.files.list({ purpose: 'batch_output' })).data.length, 0)
  assert.is((await refusal(world.client.files.list({ after: 'file-none' }))).param, 'after')
  assert.is((await refusal(world.client.files.list({ order: 'up' as 'asc' }))).param, 'order')
  for (const limit of [0, -1, 1.5, 10_001, Number.NaN]) {
    assert.is((await refusal(world.client.files.list({ limit }))).param, 'limit')
  }
})

files('are gone once they are deleted, with their bytes', async () => {
  await using world = await makeWorld()
  const { client } = world
  const id = await upload(client, 'x')
  assert.equal(await client.files.delete(id), { id, object: 'file', deleted: true })
  assert.is((await refusal(client.files.retrieve(id))).status, 404)
  assert.is((await refusal(client.files.delete(id))).status, 404)
  assert.equal(await readdir(join(world.directory, 'files')), [])
})

files('are gone when the time is over that they were to be kept', async () => {
  const clock = new StoppedClock()
  await using world = await makeWorld({ clock })
  const { client } = world
  const { id, created_at, expires_at } = await client.files.create({
    file: new File(['x'], 'x'),
    purpose: 'batch',
    expires_after: { anchor: 'created_at', seconds: 3600 },
  })
  assert.is(expires_at, created_at + 3600)
  clock.advance(3_599_999)
  assert.is((await client.files.retrieve(id)).id, id)
  clock.advance(1)
  assert.is((await refusal(client.files.retrieve(id))).status, 404)
  assert.is((await client.files.list()).data.length, 0)
  await world.restart()
  assert.equal(await readdir(join(world.directory, 'files')), [])
})

files('are refused with a wrong or missing field, and leave nothing', async () => {
  await using world = await makeWorld()
  const cases: [Record<string, string>, string, string][] = [
    [{}, 'missing_required_parameter', 'purpose'],
    [{ purpose: 'vision' }, 'invalid_value', 'purpose'],
    [
      { purpose: 'batch', 'expires_after[anchor]': 'created_at' },
      'missing_required_parameter',
      'expires_after.seconds',
    ],
    [
      { purpose: 'batch', 'expires_after[seconds]': '3600' },
      'missing_required_parameter',
      'expires_after.anchor',
    ],
    [
      { purpose: 'batch', 'expires_after[anchor]': 'created_at', 'expires_after[seconds]': '3599' },
      'invalid_value',
      'expires_after.seconds',
    ],
    [
      { purpose: 'batch', 'expires_after[anchor]': 'last_used_at', 'expires_after[seconds]': '3600' },
      'invalid_value',
      'expires_after.anchor',
    ],
  ]
  for (const [fields, code, param] of cases) {
    const { status, body } = await post(world.url, formOf('a', 'x', fields))
    assert.equal([status, codeOf(body), (body['error'] as { param: string }).param], [400, code, param])
  }
  assert.equal(await readdir(join(world.directory, 'files')), [])
})

files('are refused when there is not exactly one, in its field', async () => {
  await using world = await makeWorld()
  const none = new FormData()
  none.set('purpose', 'batch')
  const nameless = new FormData()
  nameless.set('purpose', 'batch')
  nameless.set('file', 'text without a name')
  const elsewhere = new FormData()
  elsewhere.set('purpose', 'batch')
  elsewhere.set('document', new File(['x'], 'x'))
  const two = formOf('a', 'x')
  two.append('file', new File(['y'], 'b'))
  const extra = formOf('a', 'x')
  extra.append('other', new File(['y'.repeat(200_000)], 'b'))
  for (const form of [none, nameless, elsewhere, two, extra]) {
    const { status, body } = await post(world.url, form)
    assert.equal([status, codeOf(body)], [400, 'invalid_multipart'])
  }
  assert.equal(await readdir(join(world.directory, 'files')), [])
})

files('are refused in a body that is no form, or half of one', async () => {
  await using world = await makeWorld()
  const form = 'multipart/form-data; boundary=b'
  const part = '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\ncontent'
  const cases: [string, string][] = [
    ['{}', 'application/json'],
    ['x', 'multipart/form-data'],
    ['', form],
    ['not a form', form],
    ['--b\r\n', form],
    ['--b\r\ncontent-disposition: form-da', form],
    [part, form],
    [`${part}\r\n--b`, form],
    [`${part.repeat(3)}\r\n`, form],
    [part.replace('name="file"', 'name="other"'), form],
    ['a=b', 'application/x-www-form-urlencoded'],
  ]
  for (const [body, contentType] of cases) {
    assert.equal(
      await postRaw(world.url, body, contentType),
      [400, 'invalid_multipart'],
      JSON.stringify(body),
    )
  }
  assert.equal(await readdir(join(world.directory, 'files')), [])
})

files('leave nothing when the connection ends halfway', async () => {
  await using world = await makeWorld()
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
  socket.write(
    `POST /v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer k\r\ncontent-length: 1000000\r\n` +
      `content-type: multipart/form-data; boundary=b\r\n\r\n` +
      `--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(100_000)}`,
  )
  const names = () => readdir(join(world.directory, 'files'))
  await until(async () => (await names()).length === 1)
  socket.destroy()
  await until(async () => (await names()).length === 0)
  assert.is((await world.client.files.list()).data.length, 0)
})

files('that were half received before a crash are swept away at the next start', async () => {
  await using world = await makeWorld()
  const id = await upload(world.client, 'whole')
  await world.close()
  await writeFile(join(world.directory, 'files', 'file-a.data.part'), 'half')
  await writeFile(join(world.directory, 'files', 'file-b.data'), 'whole, but never told')
  await writeFile(join(world.directory, 'files', 'file-c.json.part'), '{')
  await world.restart()
  assert.equal(await readdir(join(world.directory, 'files')), [`${id}.data`, `${id}.json`])
  assert.is(await textOf(world.client, id), 'whole')
})

/** A bare server that receives an upload, and answers with what became of it, as JSON. */
async function receiving(receive: (incoming: IncomingMessage) => Promise<unknown>) {
  const server = createServer((incoming, outgoing) => {
    receive(incoming)
      .catch((error: Error) => (error instanceof RespondError ? [error.status, error.code] : error.message))
      .then(
        (outcome) => outgoing.end(JSON.stringify(outcome)),
        () => outgoing.destroy(),
      )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    async send(content: string): Promise<unknown> {
      return (await fetch(url, { method: 'POST', body: formOf('a', content) })).json()
    },
    async sendHalf(content: string): Promise<unknown> {
      const headers = { 'content-type': 'multipart/form-data; boundary=b' }
      const body = `--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n${content}`
      return (await fetch(url, { method: 'POST', headers, body })).json()
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

files('that are too large are read to their end and refused with 413', async () => {
  await using directory = await temporaryDirectory()
  await using server = await receiving(async (incoming) => {
    const artifact = await createArtifact(join(directory.path, 'a.data'))
    try {
      const { filename } = await receiveUpload(incoming, artifact, 100_000)
      return [filename, artifact.bytes]
    } finally {
      await artifact.discard()
    }
  })
  assert.equal(await server.send('x'.repeat(100_000)), ['a', 100_000])
  assert.equal(await server.send('x'.repeat(100_001)), [413, 'file_too_large'])
  assert.equal(await server.send('x'.repeat(5_000_000)), [413, 'file_too_large'])
})

files('that cannot be written are a failure of the server, told once the form is read', async () => {
  const full: Artifact = {
    bytes: 0,
    write: async () => Promise.reject(new Error('no space left')),
    commit: async () => {},
    discard: async () => {},
  }
  await using server = await receiving((incoming) => receiveUpload(incoming, full, 1e9))
  assert.is(await server.send('x'.repeat(3_000_000)), 'no space left')
  assert.equal(await server.sendHalf('x'.repeat(3_000_000)), [400, 'invalid_multipart'])
})

files('can be left in the middle of a download', async () => {
  await using world = await makeWorld()
  const id = await upload(world.client, Buffer.alloc(20_000_000))
  const download = httpRequest(`${world.url}/files/${id}/content`, { headers: key }).end()
  const [response] = await once(download, 'response')
  await once(response, 'data')
  download.destroy()
  assert.is((await textOf(world.client, id)).length, 20_000_000)
  assert.equal(world.events, [])
})

files.run()
