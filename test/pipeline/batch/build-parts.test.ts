import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listRequests } from '../../../data/records/requests.js'
import { withdrawPart } from '../../../data/records/parts.js'
import { notePath } from '../../../pipeline/batch/note-name.js'
import { noteLane, readNote } from '../../../pipeline/batch/part-note.js'
import { type Load, add, brokenLimit, emptyLoad } from '../../../pipeline/batch/part-limits.js'
import { sweepParts } from '../../../pipeline/batch/sweep-parts.js'
import { makeWorld } from './world.js'

const building = suite('building parts')

building('splits exactly at each limit: a load on the limit fits, one more does not', () => {
  const limits = { requests: 50_000, bytes: 200_000_000, tokens: 1_000 }
  const on = { requests: 50_000, bytes: 200_000_000, tokens: 1_000 }
  assert.is(brokenLimit(on, limits), undefined)
  for (const name of ['requests', 'bytes', 'tokens'] as const) {
    assert.type(brokenLimit({ ...on, [name]: on[name] + 1 }, limits), 'string', name)
  }
  assert.is(brokenLimit({ ...on, tokens: 10 ** 12 }, { ...limits, tokens: undefined }), undefined)
})

building('adding lines one by one gives their sums', () => {
  const lines = fc.array(fc.record({ bytes: fc.nat(), tokens: fc.nat() }))
  fc.assert(
    fc.property(lines, (each) => {
      const load = each.reduce<Load>((sum, line) => add(sum, line), emptyLoad)
      assert.is(load.requests, each.length)
      assert.is(
        load.bytes,
        each.reduce((sum, { bytes }) => sum + bytes, 0),
      )
    }),
  )
})

building('writes whole parts with a digest of what is in them, and moves their requests', async () => {
  await using world = await makeWorld()
  const parts = await world.buildParts(7, { requests: 3 })
  assert.equal(
    parts.map(({ requests }) => requests),
    [3, 3, 1],
  )
  for (const part of parts) {
    const bytes = await readFile(world.context.pathOf(part.path))
    assert.is(bytes.length, part.bytes)
    const names = bytes.toString().matchAll(/"custom_id":"([^"]+)"/g)
    const named = Array.from(names, ([, name]) => `${name}\n`).join('')
    assert.is(createHash('sha256').update(named).digest('hex'), part.sha256)
    assert.match(part.path, /^batch_jobs\/test_batch_\d{8}T\d{9}Z_00[123]\.jsonl$/)
  }
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(requests.every(({ state, attempts }) => state === 'in_part' && attempts === 1))
})

building('fills a part up to the byte', async () => {
  await using world = await makeWorld()
  const [whole] = await world.buildParts(4)
  const lines = (await readFile(world.context.pathOf(whole!.path), 'utf8')).split('\n').filter((line) => line)
  const bytesOfTwo = Buffer.byteLength(`${lines[0]}\n${lines[1]}\n`)
  const parts = await world.buildParts(4, { bytes: bytesOfTwo })
  assert.equal(
    parts.slice(1).map(({ requests, bytes }) => [requests, bytes]),
    [
      [2, bytesOfTwo],
      [2, bytesOfTwo],
    ],
  )
})

building(
  'ends a request whose line breaks a limit alone as skipped, with the reason, and goes on',
  async () => {
    await using world = await makeWorld()
    const parts = await world.buildParts(3, { bytes: 10 })
    assert.equal(parts, [])
    const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
    assert.ok(requests.every(({ state, reason }) => state === 'skipped' && reason === 'too_large'))
    assert.match(requests[0]!.detail!, /bytes, where a part takes 10/)
    assert.equal(await readdir(world.context.pathOf('batch_jobs')).catch(() => []), [])
  },
)

building('gives the requests of a withdrawn part back, without counting the attempt', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(2)
  assert.is(await withdrawPart(world.db, part!.id), true)
  assert.is(await withdrawPart(world.db, part!.id), false)
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(requests.every(({ state, attempts }) => state === 'pending' && attempts === 0))
})

building('sweeps away what a killed run left behind, and nothing that has a record', async () => {
  await using world = await makeWorld()
  const place = { folder: 'batch_jobs', prefix: 'test', pathOf: world.context.pathOf }
  assert.is(await sweepParts(world.db, place), 0)
  const [part] = await world.buildParts(1)
  for (const name of ['test_batch_1_001.jsonl.part', 'test_batch_1_002.jsonl', 'results_1_001.jsonl.part']) {
    await writeFile(world.context.pathOf(`batch_jobs/${name}`), 'left over')
  }
  assert.is(await sweepParts(world.db, place), 2)
  const names = await readdir(world.context.pathOf('batch_jobs'))
  const recorded = part!.path.replace('batch_jobs/', '')
  assert.equal(names.toSorted(), [
    'results_1_001.jsonl.part',
    recorded,
    recorded.replace('.jsonl', '.note.json'),
  ])
})

building('sweeps away a note that was half-written when its part was about to be sent', async () => {
  await using world = await makeWorld()
  const { db } = world
  const { pathOf } = world.context
  const [part] = await world.buildParts(1)
  const note = notePath(part!.path)
  await noteLane(pathOf(note), 'batch')
  await writeFile(pathOf(`${note}.part`), await readFile(pathOf(note)))
  assert.is(await sweepParts(db, { folder: 'batch_jobs', prefix: 'test', pathOf }), 1)
  assert.is((await readNote(pathOf(note)))!.lane, 'batch')
})

building.run()
