import { readdir, writeFile } from 'node:fs/promises'
import { type IncomingMessage, createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Artifact, createArtifact } from '../../../../data/artifacts.js'
import { receiveUpload } from '../../../../pipeline/provider/local-server/receive-upload.js'
import { RespondError } from '../../../../pipeline/provider/local-server/respond.js'
import { askAs } from '../../../ask-as.js'
import { temporaryDirectory } from './temporary-directory.js'
import { makeWorld, textOf, until, upload } from './world.js'
import { post, formOf, codeOf, postRaw } from './forms.js'

const refused = suite('files that the local server refuses')

refused('are refused with a wrong or missing field, and leave nothing', async () => {
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

refused('are refused when there is not exactly one, in its field', async () => {
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

refused('are refused in a body that is no form, or half of one', async () => {
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

refused('are shown to nobody who asks by a name that was made to lead here', async () => {
  await using world = await makeWorld()
  const url = `${world.url}/files/${await upload(world.client, 'a picture')}/content`
  const headers = { authorization: 'Bearer any' }
  assert.is(await askAs('evil.example:8399', url, headers), 403)
  for (const host of ['127.0.0.1:8399', 'localhost']) assert.is(await askAs(host, url, headers), 200, host)
})

refused('leave nothing when the connection ends halfway', async () => {
  await using world = await makeWorld()
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
  socket.write(
    `POST /v1/files HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer k\r\ncontent-length: 1000000\r\n` +
      `content-type: multipart/form-data; boundary=b\r\n\r\n` +
      `--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(100_000)}`,
  )
  const names = () => readdir(join(world.directory, 'files'))
  await until(async () => (await names()).length === 1)
  socket.destroy()
  await until(async () => (await names()).length === 0)
  assert.is((await world.client.files.list()).data.length, 0)
})

refused('that were half received before a crash are swept away at the next start', async () => {
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

refused('that are too large are read to their end and refused with 413', async () => {
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

refused('that cannot be written are a failure of the server, told once the form is read', async () => {
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

refused.run()
