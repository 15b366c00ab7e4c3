import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { batchStatuses, isKnownStatus, nextAction } from '../../../pipeline/batch/life.js'

const life = suite('the life of a batch')

const quiet = { outputFileId: null, errorFileId: null, counts: { completed: 0, failed: 0 } }

life('names only statuses that it knows, and nothing follows one that is over', () => {
  for (const [status, { action, later }] of Object.entries(batchStatuses)) {
    for (const next of later) assert.ok(isKnownStatus(next), `${status} -> ${next}`)
    assert.is(later.length === 0, action !== 'work', status)
  }
})

life('ends from everywhere: each status that is work can be followed by one that is over', () => {
  for (const [status, { action, later }] of Object.entries(batchStatuses)) {
    if (action !== 'work') continue
    assert.ok(
      later.some((next) => batchStatuses[next].action !== 'work'),
      status,
    )
  }
})

life('goes on polling a status that nobody has heard of', () => {
  assert.is(nextAction({ status: 'pondering', ...quiet }, 365 * 86_400_000), 'work')
  assert.is(nextAction({ status: 'constructor', ...quiet }, 0), 'work')
})

life('rejects what failed validation, and collects everything else that is over', () => {
  const files = { outputFileId: 'file-1', errorFileId: null, counts: { completed: 3, failed: 0 } }
  assert.is(nextAction({ status: 'failed', ...quiet }, 0), 'reject')
  for (const status of ['completed', 'expired', 'cancelled']) {
    assert.is(nextAction({ status, ...files }, 0), 'collect', status)
  }
})

life('waits ten minutes for files that the counts promise, then takes what there is', () => {
  const promised = {
    status: 'completed',
    outputFileId: null,
    errorFileId: null,
    counts: { completed: 5, failed: 0 },
  }
  assert.is(nextAction(promised, 9 * 60_000), 'work')
  assert.is(nextAction(promised, 10 * 60_000), 'stuck', 'what it counts as answered is paid for')
  const failed = { ...promised, counts: { completed: 0, failed: 5 } }
  assert.is(nextAction(failed, 9 * 60_000), 'work')
  assert.is(nextAction(failed, 10 * 60_000), 'collect')
  const uncounted = { ...promised, errorFileId: 'file-2', counts: { completed: 0, failed: 0 } }
  assert.is(nextAction(uncounted, 0), 'work')
  assert.is(nextAction(uncounted, 10 * 60_000), 'collect')
  const half = {
    status: 'completed',
    outputFileId: 'file-1',
    errorFileId: null,
    counts: { completed: 5, failed: 2 },
  }
  assert.is(nextAction(half, 0), 'work')
})

life('collects at once when every line failed and only the error file exists', () => {
  const allFailed = {
    status: 'completed',
    outputFileId: null,
    errorFileId: 'file-2',
    counts: { completed: 0, failed: 4 },
  }
  assert.is(nextAction(allFailed, 0), 'collect')
})

life.run()
