import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BatchStatus,
  batchLife,
  batchStatuses,
  isOver,
  mayFollow,
} from '../../../../pipeline/provider/local-server/batch-life.js'
import { moveBatch, newBatch } from '../../../../pipeline/provider/local-server/batch-record.js'

const life = suite('the life of a batch on the server')

const created = new Date('2026-11-23T12:00:00.900Z')

function freshBatch() {
  const request = {
    input_file_id: 'file-1',
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  } as const
  return newBatch('batch_1', 1, request, created).batch
}

/** Every way from `validating` to an end. */
function waysFrom(status: BatchStatus): BatchStatus[][] {
  if (isOver(status)) return [[status]]
  return batchLife[status].flatMap((next) => waysFrom(next).map((way) => [status, ...way]))
}

life('leads from validating to one of four ends, on exactly these ways', () => {
  assert.equal(
    waysFrom('validating')
      .map((way) => way.join(' '))
      .sort(),
    [
      'validating cancelling cancelled',
      'validating failed',
      'validating in_progress cancelling cancelled',
      'validating in_progress finalizing completed',
      'validating in_progress finalizing expired',
    ],
  )
})

life('reaches every status', () => {
  assert.equal([...new Set(waysFrom('validating').flat())].sort(), [...batchStatuses].sort())
})

life('can be walked on every way, and each step leaves its instant', () => {
  for (const [, ...way] of waysFrom('validating')) {
    const batch = freshBatch()
    way.forEach((status, step) => {
      if (status === 'validating') throw new Error('nothing leads back to validating')
      moveBatch(batch, status, new Date(created.getTime() + 1000 * (step + 1)))
      assert.is(batch.status, status)
      assert.is(batch[`${status}_at`], batch.created_at + step + 1)
    })
  }
})

life('refuses every other step', () => {
  for (const status of batchStatuses) {
    for (const next of batchStatuses) {
      if (next === 'validating' || mayFollow(status, next)) continue
      assert.throws(
        () => moveBatch({ ...freshBatch(), status }, next, created),
        `is ${status} and cannot become ${next}`,
      )
    }
  }
})

life('begins in whole seconds, and expires 24 hours later', () => {
  const { created_at, expires_at } = freshBatch()
  assert.is(created_at, Date.parse('2026-11-23T12:00:00Z') / 1000)
  assert.is(expires_at - created_at, 86_400)
})

life.run()
