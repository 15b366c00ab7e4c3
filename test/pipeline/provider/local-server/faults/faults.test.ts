import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listFailures } from '../../../../../data/records/failures.js'
import { listRequests } from '../../../../../data/records/requests.js'
import { collectBatch } from '../../../../../pipeline/batch/collect.js'
import { submitPart } from '../../../../../pipeline/batch/submit.js'
import { pollOpenBatches } from '../../../../../pipeline/batch/poll.js'
import { planFaults } from '../../../../../pipeline/provider/local-server/faults/fault-plan.js'
import {
  type Fault,
  faultKinds,
  parseFaultScript,
} from '../../../../../pipeline/provider/local-server/faults/fault-script.js'
import { plainRules } from '../../../batch/answer-rules.js'
import { whenEnded } from '../../../batch/ended-batch.js'
import { type World, makeWorld } from '../../../batch/world.js'

const faults = suite('a fault script')

const LINES = 3

async function faultyWorld(rules: object[], seed = 1): Promise<World> {
  return makeWorld({ faults: parseFaultScript({ seed, rules }) })
}

/** Submits a part of three, waits for its end and takes it in; says how its requests and its batch ended. */
async function lifeWith(rule: object) {
  await using world = await faultyWorld([rule])
  const [part] = await world.buildParts(LINES)
  for (let tries = 1; (await submitPart(part!, world.context)).kind !== 'open'; tries++) {
    assert.ok(tries < 10, 'it is never taken')
    world.advance(100_000)
  }
  const batch = await whenEnded(world)
  const tally = await collectBatch(batch, plainRules, world.context)
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  const failures = await listFailures(world.db, { afterId: 0, limit: 10 })
  return {
    tally,
    batch,
    calls: world.proxy.calls,
    states: requests.map(({ state }) => state),
    codes: failures.map(({ code }) => code),
    events: world.events.map(({ kind }) => kind),
  }
}

/** What one faulty line of three leaves behind: in which sum it is counted, and with which code, if it failed. */
const LINE_FAULTS: Partial<Record<Fault, [sum: string, failure: string | undefined]>> = {
  line_error: ['failed', 'server_error'],
  line_expired: ['expired', 'batch_expired'],
  line_cancelled: ['cancelled', 'batch_cancelled'],
  line_status_0: ['failed', 'status_0'],
  line_not_json: ['missing', 'missing'],
  line_empty: ['failed', 'empty_body'],
  line_bad_utf8: ['missing', 'missing'],
  line_missing: ['missing', 'missing'],
  line_refused: ['failed', 'refused'],
  line_cut: ['failed', 'cut_off'],
  line_off_schema: ['invalid', 'schema_mismatch'],
  line_repeated: ['repeated', undefined],
  line_foreign: ['foreign', undefined],
}

faults('knows what to expect of every line fault', () => {
  const kinds = Object.entries(faultKinds).filter(([, kind]) => kind === 'line')
  assert.equal(Object.keys(LINE_FAULTS).toSorted(), kinds.map(([fault]) => fault).toSorted())
})

for (const [fault, [sum, code]] of Object.entries(LINE_FAULTS)) {
  faults(`with ${fault}: the line is accounted for, and the others are answered`, async () => {
    const { tally, states, codes } = await lifeWith({ fault, times: 1 })
    assert.is(tally[sum as keyof typeof tally], 1, JSON.stringify(tally))
    assert.is(tally.sent, LINES)
    const expected = code === undefined ? LINES : LINES - 1
    assert.is(states.filter((state) => state === 'answered').length, expected)
    assert.equal(codes, code === undefined ? [] : [code])
  })
}

/** Faults on the way of a call, after which everything is answered all the same, and nothing is sent twice. */
const CALL_FAULTS: object[] = [
  { fault: 'drop_request', on: 'POST /v1/files', times: 1 },
  { fault: 'drop_request', on: 'POST /v1/batches', times: 1 },
  { fault: 'drop_answer', on: 'POST /v1/files', times: 1 },
  { fault: 'drop_answer', on: 'POST /v1/batches', times: 1 },
  { fault: 'error_after', on: 'POST /v1/batches', times: 1 },
  { fault: 'error_after', on: 'POST /v1/batches', status: 502, times: 1 },
  { fault: 'error_before', on: 'POST /v1/batches', status: 429, times: 1 },
  { fault: 'error_before', on: 'GET /v1/batches/', times: 4 },
  { fault: 'slow', on: 'GET /v1/batches/', ms: 50, times: 2 },
  { fault: 'gone', on: 'GET /v1/batches/', times: 1 },
  { fault: 'strangers', on: 'GET /v1/batches', count: 150 },
]

for (const rule of CALL_FAULTS) {
  faults(`with ${JSON.stringify(rule)}: one batch, and everything answered`, async () => {
    const { states, batch } = await lifeWith(rule)
    assert.equal(states, Array(LINES).fill('answered'))
    assert.is(batch.requests_total, LINES)
  })
}

faults('that lets a list lag hides a batch until the next look, which adopts it', async () => {
  await using world = await faultyWorld([
    { fault: 'drop_answer', on: 'POST /v1/batches', times: 1 },
    { fault: 'lag', on: 'GET /v1/batches', times: 1 },
  ])
  const [part] = await world.buildParts(LINES)
  assert.is((await submitPart(part!, world.context)).kind, 'later')
  world.advance(95_000)
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  assert.is(world.proxy.calls.filter((call) => call === 'POST /v1/batches').length, 1)
})

faults('that cuts a download off lets the next run take it in', async () => {
  await using world = await faultyWorld([
    { fault: 'cut_answer', on: 'GET /v1/files/file-output', after: 1, times: 3 },
  ])
  const [part] = await world.buildParts(LINES)
  await submitPart(part!, world.context)
  const batch = await whenEnded(world)
  let failed = 0
  for (let tries = 0; tries < 5; tries++) {
    const tally = await collectBatch(batch, plainRules, world.context).catch(() => void failed++)
    if (tally) break
  }
  assert.ok(failed > 0)
  const requests = await listRequests(world.db, { afterId: 0, limit: 10 })
  assert.ok(requests.every(({ state }) => state === 'answered'))
})

/** Faults of a batch, and in which sums its three requests end. */
const BATCH_FAULTS: [object, Record<string, number>][] = [
  [{ fault: 'expire' }, { answered: 1, expired: 2 }],
  [
    { fault: 'cancel', lines: 2 },
    { answered: 2, cancelled: 1 },
  ],
  [{ fault: 'stall', looks: 2 }, { answered: 3 }],
  [{ fault: 'stall', looks: 2, status: 'pondering' }, { answered: 3 }],
  [{ fault: 'late_output' }, { answered: 3 }],
  [{ fault: 'blank_error_file' }, { answered: 3 }],
  [{ fault: 'wrong_counts' }, { answered: 3 }],
  [{ fault: 'wrong_usage' }, { answered: 3 }],
  [{ fault: 'no_usage' }, { answered: 3 }],
]

for (const [rule, sums] of BATCH_FAULTS) {
  faults(`with ${JSON.stringify(rule)}: ${JSON.stringify(sums)}`, async () => {
    const { tally, events } = await lifeWith(rule)
    for (const [sum, count] of Object.entries(sums)) {
      assert.is(tally[sum as keyof typeof tally], count, JSON.stringify(tally))
    }
    assert.is(events.includes('batch.usage_differs'), 'fault' in rule && rule.fault === 'wrong_usage')
  })
}

faults('that rejects a batch charges nothing, and the part is sent again', async () => {
  await using world = await faultyWorld([{ fault: 'reject', times: 1 }])
  const [part] = await world.buildParts(LINES)
  await submitPart(part!, world.context)
  for (let tries = 0; tries < 200 && !world.events.some(({ kind }) => kind === 'batch.rejected'); tries++) {
    await pollOpenBatches(0, world.context)
  }
  assert.ok(world.events.some(({ kind }) => kind === 'batch.rejected'))
  world.advance(400_000)
  assert.equal(await submitPart(part!, world.context), { kind: 'open' })
  await whenEnded(world)
})

faults('is the same for the same seed, and another for another', () => {
  const script = (seed: number) =>
    parseFaultScript({
      seed,
      rules: [
        { fault: 'drop_request', chance: 0.3 },
        { fault: 'slow', chance: 0.3 },
      ],
    })
  const story = (seed: number): string => {
    const plan = planFaults(script(seed))
    return Array.from({ length: 50 }, () => plan.ofCall('GET /v1/batches').map(({ fault }) => fault)).join()
  }
  assert.is(story(7), story(7))
  assert.is.not(story(7), story(8))
})

faults('that names an unknown fault, or is no script, is refused with the nearest name', () => {
  assert.throws(
    () => parseFaultScript({ rules: [{ fault: 'drop_anser' }] }),
    /"drop_anser"; did you mean "drop_answer"/,
  )
  assert.throws(() => parseFaultScript({ rules: [{ fault: 'slow', chance: 2 }] }), /chance/)
  assert.throws(() => parseFaultScript([]), /not usable/)
})

faults.run()
