import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type BatchRecord, findBatches, listBatches } from '../../../data/records/batches.js'
import { sumCharges } from '../../../data/records/charges.js'
import { listFailures } from '../../../data/records/failures.js'
import { type ListedRequest, listRequests } from '../../../data/records/requests.js'
import { collectBatch } from '../../../pipeline/batch/collect.js'
import { customId } from '../../../pipeline/batch/custom-id.js'
import { resultPaths } from '../../../pipeline/batch/result-paths.js'
import { RespondError } from '../../../pipeline/provider/local-server/respond.js'
import type { HemlineError } from '../../../pipeline/errors.js'
import { batchListing } from '../../../reports/batch-listing.js'
import type { ProviderError } from '../../../pipeline/provider/provider.js'
import { rejection } from '../../rejection.js'
import { answerTo } from '../provider/local-server/world.js'
import { plainRules as rules } from './answer-rules.js'
import { endedBatch } from './ended-batch.js'
import { type World, makeWorld } from './world.js'

const collecting = suite('collecting a batch')

/** Puts a results file where a finished download would be. */
async function placeResults(world: World, batch: BatchRecord, lines: string[]): Promise<void> {
  const part = await world.db
    .selectFrom('parts')
    .selectAll()
    .where('id', '=', batch.part_id)
    .executeTakeFirstOrThrow()
  const path = world.context.pathOf(resultPaths(part.path).output)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, lines.join('\n'))
}

function answerLine(request: { id: number; fingerprint: string }, content: string): string {
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }]
  const body = { model: 'm', choices, usage }
  return JSON.stringify({ custom_id: customId(request), response: { status_code: 200, body }, error: null })
}

async function states(world: World): Promise<string[]> {
  const requests = await listRequests(world.db, { afterId: 0, limit: 100 })
  return requests.map(({ state, reason }) => (reason ? `${state}: ${reason}` : state))
}

collecting('stores answers, charges and the files of a batch that went well', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 5)
  const tally = await collectBatch(batch, rules, world.context)
  assert.is(tally.answered, 5)
  assert.equal(await states(world), Array(5).fill('answered'))
  const sums = await sumCharges(world.db)
  assert.is(sums.requests, 5)
  assert.is(sums.cost_nano_usd, sums.input_tokens + sums.output_tokens)
  assert.ok(sums.cost_nano_usd > 0)
  const files = await readdir(world.context.pathOf('batch_jobs'))
  assert.is(files.filter((name) => /^results_\d{8}T\d{9}Z_001\.jsonl$/.test(name)).length, 1)
  assert.is(files.filter((name) => name.endsWith('.part')).length, 0)
})

collecting(
  'gives each request one outcome when some fail, and keeps what is worth another try pending',
  async () => {
    await using world = await makeWorld({
      respond: async (request) => {
        const { content } = request.messages.at(-1) as { content: string }
        const id = Number(content.split(' ')[1])
        if (id % 3 === 0)
          throw new RespondError({ status: 400, code: 'invalid_image_format', message: 'bad' })
        if (id % 3 === 1) throw new RespondError({ status: 503, code: null, message: 'overloaded' })
        return answerTo(request)
      },
    })
    const tally = await collectBatch(await endedBatch(world, 6), rules, world.context)
    assert.equal([tally.sent, tally.answered, tally.failed], [6, 2, 4])
    const seen = await states(world)
    assert.is(seen.filter((state) => state === 'answered').length, 2)
    assert.is(seen.filter((state) => state === 'failed: invalid_image_format').length, 2)
    assert.is(seen.filter((state) => state.startsWith('pending: ')).length, 2)
    assert.is((await listFailures(world.db, { afterId: 0, limit: 10 })).length, 4)
  },
)

collecting('takes in strange files without losing or inventing a request', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 4)
  const [first, second, third] = (await listRequests(world.db, { afterId: 0, limit: 10 })) as [
    ListedRequest,
    ListedRequest,
    ListedRequest,
    ListedRequest,
  ]
  const stranger = { id: 999, fingerprint: 'f'.repeat(40) }
  await placeResults(world, batch, [
    answerLine(second, 'REQUEST with a line separator \u2028 and \u0085 inside'),
    'not json',
    answerLine(first, 'nonsense answer'),
    '',
    answerLine(second, 'REQUEST again'),
    answerLine(stranger, 'REQUEST of somebody else'),
    answerLine(third, 'REQUEST 3').slice(0, -20),
  ])
  const tally = await collectBatch(batch, rules, world.context)
  assert.equal(tally, {
    sent: 4,
    answered: 1,
    failed: 0,
    expired: 0,
    cancelled: 0,
    invalid: 1,
    missing: 2,
    nonsense: 2,
    repeated: 1,
    foreign: 1,
  })
  assert.equal(await states(world), [
    'pending: schema_mismatch',
    'answered',
    'pending: missing',
    'pending: missing',
  ])
  const sums = await sumCharges(world.db)
  assert.equal([sums.requests, sums.cost_nano_usd], [2, 220])
  const { body } = await world.db.selectFrom('answers').select('body').executeTakeFirstOrThrow()
  assert.match(body, 'line separator \u2028')
  const strays = await world.db.selectFrom('stray_lines').select(['line', 'kind']).orderBy('line').execute()
  assert.equal(strays, [
    { line: 2, kind: 'nonsense' },
    { line: 5, kind: 'repeated' },
    { line: 6, kind: 'foreign' },
    { line: 7, kind: 'nonsense' },
  ])
})

collecting('changes nothing when it is repeated from any point, as after a kill', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 3)
  const first = await collectBatch(batch, rules, world.context)
  const snapshot = async () => JSON.stringify([await states(world), await sumCharges(world.db)])
  const before = await snapshot()
  await world.db.updateTable('batches').set({ state: 'ended' }).where('id', '=', batch.id).execute()
  const again = await collectBatch(batch, rules, world.context)
  assert.equal(again, first)
  assert.is(await snapshot(), before)
})

collecting('repeats a collection that was cut off after a failure had left its part already', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 2)
  const [first] = await listRequests(world.db, { afterId: 0, limit: 1 })
  await placeResults(world, batch, [answerLine(first!, 'nonsense answer')])
  const tally = await collectBatch(batch, rules, world.context)
  await world.db.updateTable('batches').set({ state: 'ended' }).where('id', '=', batch.id).execute()
  assert.equal(await collectBatch(batch, rules, world.context), tally)
  assert.equal(await states(world), ['pending: schema_mismatch', 'pending: missing'])
})

collecting(
  'starts a download that was cut off anew, and leaves no half file under the real name',
  async () => {
    await using world = await makeWorld()
    const batch = await endedBatch(world, 3)
    world.proxy.decide = (call) => (call.endsWith('/content') ? 'lose_answer' : 'pass')
    let failed = false
    await collectBatch(batch, rules, world.context).catch(() => (failed = true))
    assert.ok(failed)
    const files = await readdir(world.context.pathOf('batch_jobs'))
    assert.is(files.filter((name) => name.startsWith('results_')).length, 0)
    world.proxy.decide = () => 'pass'
    assert.is((await collectBatch(batch, rules, world.context)).answered, 3)
  },
)

collecting('does not take a file that came shorter than it is for the whole', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 3)
  world.proxy.alter = (call) =>
    /^GET \/v1\/files\/[^/]+$/.test(call)
      ? (file) => ({ ...file, bytes: Number(file['bytes']) + 1 })
      : undefined
  const error = await rejection(collectBatch(batch, rules, world.context))
  assert.match(error.message, /of \d+ bytes came/)
  assert.is((error as ProviderError).isPassing, true)
  assert.equal(await states(world), Array(3).fill('submitted'))
  world.proxy.alter = () => undefined
  assert.is((await collectBatch(batch, rules, world.context)).answered, 3)
})

collecting('a request fails for good after its third attempt', async () => {
  await using world = await makeWorld({
    respond: async () => {
      throw new RespondError({ status: 500, code: null, message: 'always' })
    },
  })
  const batch = await endedBatch(world, 1)
  await world.db.updateTable('requests').set({ attempts: 3 }).execute()
  await collectBatch(batch, rules, world.context)
  const [state] = await states(world)
  assert.match(state!, /^failed: /)
})

collecting('fails loudly and names the request when the sums do not hold', async () => {
  await using world = await makeWorld()
  const batch = await endedBatch(world, 3)
  await world.db
    .updateTable('requests')
    .set({ state: 'pending', part_id: null })
    .where('id', '=', 2)
    .execute()
  for (let times = 0; times < 2; times++) {
    const error = await rejection(collectBatch(batch, rules, world.context))
    assert.is((error as HemlineError).code, 'accounts_do_not_balance')
    assert.match(error.message, 'not accounted for: 2')
  }
  assert.equal(await states(world), ['answered', 'pending: unaccounted', 'answered'])
  assert.is((await findBatches(world.db, ['ended'])).length, 1)
})

collecting('warns when the answers report other tokens than the batch, and only then', async () => {
  for (const extra of [0, 7]) {
    await using world = await makeWorld()
    world.proxy.alter = (call) =>
      call.startsWith('GET /v1/batches/')
        ? (batch) => {
            const usage = batch['usage'] as { input_tokens: number } | null
            if (!usage) return batch
            return { ...batch, usage: { ...usage, input_tokens: usage.input_tokens + extra } }
          }
        : undefined
    await collectBatch(await endedBatch(world, 3), rules, world.context)
    const warnings = world.events.filter((event) => event.kind === 'batch.usage_differs')
    assert.equal(
      warnings.map(({ charged, reported }) => charged.inputTokens - reported.inputTokens),
      extra === 0 ? [] : [-extra],
    )
    const [listed] = await listBatches(world.db, { beforeId: 99, limit: 1 })
    const shown = batchListing(new Date(), '.hemline')
    const { usage_difference: difference } = shown.json(listed!) as { usage_difference: object | null }
    assert.equal(
      difference,
      extra === 0 ? null : { input_tokens: -extra, cached_tokens: 0, output_tokens: 0 },
    )
    assert.is(shown.cells(listed!).join().includes('tokens in (the provider:'), extra !== 0)
  }
})

collecting('keeps the tasks file as it was sent', async () => {
  await using world = await makeWorld()
  const [part] = await world.buildParts(2)
  const text = await readFile(world.context.pathOf(part!.path), 'utf8')
  assert.is(text.split('\n').filter((line) => line !== '').length, 2)
  assert.is(Buffer.byteLength(text), part!.bytes)
})

collecting.run()
