import { assertRoom } from '../data/disk-room.js'
import { BATCH_FOLDER } from '../data/home.js'
import { findSmallestLimit, forgetOldLimits } from '../data/records/learned-limits.js'
import { countOversizedParts } from '../data/records/parts.js'
import { reviveTooLargeRequests } from '../data/records/request-revival.js'
import { countPendingRequests } from '../data/records/requests.js'
import { buildParts } from '../pipeline/batch/build-parts.js'
import { smaller } from '../pipeline/batch/window.js'
import { done } from '../pipeline/engine/asset.js'
import { defineAsset } from './fashion-kit.js'
import { images } from './images.js'
import { recipe } from './recipe.js'
import { planRequests, withdrawOutdatedParts } from './request/plan-requests.js'
import { versionOfTasks } from './request/versions.js'

/** JSONL parts with one request a line, for every picture that has no answer and is not under way. */
export const tasksFile = defineAsset({
  key: 'tasks_file',
  describe: 'The requests that are neither answered nor under way, as JSONL parts.',
  codeVersion: '1',
  needs: { images, recipe },

  async pending(db) {
    const { pending } = await countPendingRequests(db)
    if (pending === 1) return '1 request waits for a tasks file'
    if (pending > 1) return `${pending} requests wait for a tasks file`
    const oversized = await countOversizedParts(db)
    if (oversized === 0) return undefined
    return `${oversized === 1 ? '1 part is' : `${oversized} parts are`} larger than what the provider lets wait at once`
  },

  async materialize(inputs, context) {
    const [{ sweepParts }, { recipeRecord }, { measuredRequestBytes }, { taskLines }] = await Promise.all([
      import('../pipeline/batch/sweep-parts.js'),
      import('./request/recipe-record.js'),
      import('./request/request-bytes.js'),
      import('./request/task-lines.js'),
    ])
    const { recipeId, digest } = inputs.recipe.metadata
    const { db, home, settings, catalogue, clock, allowance } = context
    const place = { folder: BATCH_FOLDER, prefix: 'fashion', pathOf: home.pathOf }
    await forgetOldLimits(db, clock.now())
    const limits = {
      requests: settings.part_requests,
      bytes: settings.part_bytes,
      tokens: smaller(settings.enqueued_tokens ?? undefined, await findSmallestLimit(db, settings.model)),
    }
    await sweepParts(db, place)
    await reviveTooLargeRequests(db)
    const withdrawn = await withdrawOutdatedParts(db, recipeId, limits, home)
    const planned = await planRequests(db, recipeId, digest)
    const recipeOfParts = recipeRecord(settings, catalogue)
    const { pending } = await countPendingRequests(db)
    const bytesEach = (await measuredRequestBytes(db, recipeId)) ?? USUAL_REQUEST_BYTES
    const expected = Math.min(pending, allowance.requests) * bytesEach
    await assertRoom(home.root, expected)
    const lines = taskLines(recipeId, context)
    const built = await buildParts(lines, {
      ...{ db, recipeId, limits, recipe: recipeOfParts },
      ...place,
      now: clock.now(),
      handOn: context.handOn,
    })
    allowance.requests -= built.requests
    return done({
      dataVersion: await versionOfTasks(db),
      metadata: { ...built, ...planned, withdrawn },
    })
  },
})

/** A picture of 512 px at quality 80, in base64, with its prompt: more than most take. */
const USUAL_REQUEST_BYTES = 80_000
