import type { Db } from '../data/database.js'
import { findBatches, sumLiveTokens } from '../data/records/batches.js'
import { countUnsubmittedParts, findParts } from '../data/records/parts.js'
import { type Submission, submitPart } from '../pipeline/batch/submit.js'
import { type Outcome, done, held, waiting } from '../pipeline/engine/asset.js'
import { defineAsset } from './fashion-kit.js'
import { versionOfSubmitted } from './request/versions.js'
import { tasksFile } from './tasks-file.js'

type Metadata = { submitted: number; requests: number; waitingForRoom: number }

/** Each part at the provider, as one batch. Never waits for a batch to finish. */
export const submittedBatch = defineAsset({
  key: 'submitted_batch',
  describe: 'Every part of the tasks file, sent to the provider once.',
  codeVersion: '1',
  needs: { tasks: tasksFile },

  async pending(db) {
    const parts = await countUnsubmittedParts(db)
    if (parts === 0) return undefined
    return parts === 1 ? '1 part is not submitted yet' : `${parts} parts are not submitted yet`
  },

  async materialize(_inputs, context): Promise<Outcome<Metadata>> {
    const { db, settings } = context
    const parts = await findParts(db, 'built')
    const metadata: Metadata = { submitted: 0, requests: 0, waitingForRoom: 0 }
    const unfinished: Exclude<Submission, { kind: 'open' }>[] = []
    const connected = parts.length > 0 ? await context.connect() : undefined
    for (const part of parts) {
      const live = await sumLiveTokens(db, part.id)
      if (live > 0 && live + part.estimated_tokens > (settings.enqueued_tokens ?? Infinity)) {
        metadata.waitingForRoom++
        continue
      }
      const submission = await submitPart(part, { ...context, ...connected!, pathOf: context.home.pathOf })
      if (submission.kind !== 'open') {
        unfinished.push(submission)
        continue
      }
      metadata.submitted++
      metadata.requests += part.requests
    }
    return (
      (await leftOver(unfinished, context)) ?? done({ dataVersion: await versionOfSubmitted(db), metadata })
    )
  },
})

/**
 * Waits only for what is not at the provider yet and could be: parts without room wait for the results of others, and
 * what is held does not keep the results of others from being collected first.
 */
async function leftOver(
  unfinished: Exclude<Submission, { kind: 'open' }>[],
  { db }: { db: Db },
): Promise<Outcome<never> | undefined> {
  const later = unfinished.filter((submission) => submission.kind === 'later')
  const next = later.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0]
  if (next) return waiting(next.at, next.because)
  const inDoubt = unfinished.find((submission) => submission.kind === 'held')
  if (!inDoubt || (await findBatches(db, ['open', 'ended'])).length > 0) return undefined
  return held(
    inDoubt.because,
    'Look at `hemline batches`; when the cause is mended, run the same command again.',
  )
}
