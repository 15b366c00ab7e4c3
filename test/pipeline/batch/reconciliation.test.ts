import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SentRequests } from '../../../data/records/sent-requests.js'
import { Reconciliation } from '../../../pipeline/batch/reconciliation.js'
import type { ResultLine } from '../../../pipeline/batch/result-line.js'
import { balances } from '../../../pipeline/batch/tally.js'

const reconciling = suite('reconciling a results file with what was sent')

const rules = {
  readAnswer: (content: string) =>
    content === 'bad'
      ? { ok: false as const, code: 'not_json', message: 'no' }
      : { ok: true as const, body: content },
  price: () => ({ price: 'test', costNanoUsd: 3 }),
}

const usage = { inputTokens: 5, cachedTokens: 0, outputTokens: 1, reasoningTokens: 0 }

function fingerprintOf(id: number): string {
  return String(id).padStart(40, 'f')
}

function sentWith(...ids: number[]): SentRequests {
  const requests = new SentRequests()
  for (const id of ids) requests.add(id, fingerprintOf(id))
  return requests
}

function answer(id: number, content = '{}', fingerprint = fingerprintOf(id)): ResultLine {
  return { kind: 'result', id, fingerprint, model: 'm', usage, tier: undefined, result: { content } }
}

function failure(id: number): ResultLine {
  const result = { tally: 'failed', code: 'status_500', message: 'x', isRetryable: true } as const
  const fingerprint = fingerprintOf(id)
  return { kind: 'result', id, fingerprint, model: '', usage: undefined, tier: undefined, result }
}

const sent = sentWith(1, 2, 3)

reconciling('counts each request once and what is missing by how the batch ended', () => {
  const reconciliation = new Reconciliation(sent)
  reconciliation.take(answer(1), rules)
  reconciliation.take(failure(2), rules)
  const missing = reconciliation.takeMissing('expired')
  assert.equal(
    missing.map(({ requestId, outcome }) => [requestId, outcome.kind === 'failed' && outcome.code]),
    [[3, 'batch_expired']],
  )
  const { answered, failed, expired } = reconciliation.tally
  assert.equal({ answered, failed, expired }, { answered: 1, failed: 1, expired: 1 })
  assert.ok(balances(reconciliation.tally))
})

reconciling('takes a request of another fingerprint, or of nobody, as foreign and changes nothing', () => {
  const reconciliation = new Reconciliation(sent)
  assert.equal(reconciliation.take(answer(1, '{}', fingerprintOf(2)), rules), { stray: 'foreign' })
  assert.equal(reconciliation.take(answer(9), rules), { stray: 'foreign' })
  assert.is(reconciliation.tally.foreign, 2)
  assert.is(reconciliation.takeMissing('completed').length, 3)
})

reconciling('keeps the first of two answers', () => {
  const reconciliation = new Reconciliation(sent)
  reconciliation.take(answer(1, '{"first":1}'), rules)
  assert.equal(reconciliation.take(answer(1, '{"second":1}'), rules), { stray: 'repeated' })
  assert.is(reconciliation.tally.answered, 1)
})

reconciling('takes the answer of a repeated line when the first line had none, since it is paid for', () => {
  const reconciliation = new Reconciliation(sent)
  reconciliation.take(failure(1), rules)
  const taken = reconciliation.take(answer(1), rules)
  assert.is(taken.stray, 'repeated')
  assert.is(taken.settled?.outcome.kind, 'answered')
  const { answered, failed, repeated } = reconciliation.tally
  assert.equal({ answered, failed, repeated }, { answered: 1, failed: 0, repeated: 1 })
})

reconciling('charges an answer that cannot be used', () => {
  const { settled } = new Reconciliation(sent).take(answer(1, 'bad'), rules)
  assert.is(settled?.outcome.kind, 'failed')
  assert.is(settled?.charge?.costNanoUsd, 3)
})

reconciling('balances whatever lines turn up in whatever order', () => {
  const line = fc.oneof(
    fc
      .record({ id: fc.integer({ min: 1, max: 8 }), content: fc.constantFrom('{}', 'bad') })
      .map(({ id, content }) => answer(id, content)),
    fc.integer({ min: 1, max: 8 }).map(failure),
    fc.constantFrom<ResultLine>({ kind: 'nonsense' }, { kind: 'foreign' }),
  )
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('completed', 'expired', 'cancelled'), (lines, status) => {
      const reconciliation = new Reconciliation(sentWith(1, 2, 3, 4, 5))
      const settled = lines.map((each) => reconciliation.take(each, rules))
      const strays = settled.filter(({ stray }) => stray).length
      reconciliation.takeMissing(status)
      const { tally } = reconciliation
      assert.ok(balances(tally), JSON.stringify(tally))
      assert.is(tally.sent, 5)
      assert.is(tally.nonsense + tally.foreign + tally.repeated, strays)
    }),
  )
})

reconciling.run()
