import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StoppedClock } from './stopped-clock.js'
import { makeWorld, refusal, textOf, upload } from './world.js'
import { key, post, formOf } from './forms.js'

const files = suite('the files of the local server')
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

files('the head of a content opens nothing', async () => {
  await using world = await makeWorld()
  const url = `${world.url}/files/${await upload(world.client, randomBytes(300_000))}/content`
  const open = async () => (await readdir('/dev/fd')).length
  const before = await open()
  for (let call = 0; call < 20; call++) {
    const head = await fetch(url, { method: 'HEAD', headers: { authorization: 'Bearer any' } })
    assert.is(head.headers.get('content-length'), '300000')
  }
  assert.ok((await open()) < before + 10)
})

files.run()
