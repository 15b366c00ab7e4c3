import { BATCH_FOLDER } from '../data/home.js'
import { countPendingRequests, reviveSkippedRequests } from '../data/records/requests.js'
import { buildParts } from '../pipeline/batch/build-parts.js'
import { sweepParts } from '../pipeline/batch/sweep-parts.js'
import { done } from '../pipeline/engine/asset.js'
import { defineAsset } from './fashion-kit.js'
import { images } from './images.js'
import { recipe } from './recipe.js'
import { planRequests, withdrawOutdatedParts } from './request/plan-requests.js'
import { taskLines } from './request/task-lines.js'
import { versionOfTasks } from './request/versions.js'

/** JSONL parts with one request a line, for every picture that has no answer and is not under way. */
export const tasksFile = defineAsset({
  key: 'tasks_file',
  describe: 'The requests that are neither answered nor under way, as JSONL parts.',
  codeVersion: '1',
  needs: { images, recipe },

  async pending(db) {
    const { pending } = await countPendingRequests(db)
    if (pending === 0) return undefined
    return pending === 1 ? '1 request waits for a tasks file' : `${pending} requests wait for a tasks file`
  },

  async materialize(inputs, context) {
    const { recipeId, digest } = inputs.recipe.metadata
    const { db, home, settings, clock, allowance } = context
    const place = { folder: BATCH_FOLDER, prefix: 'fashion', pathOf: home.pathOf }
    const limits = {
      requests: settings.part_requests,
      bytes: settings.part_bytes,
      tokens: settings.enqueued_tokens ?? undefined,
    }
    await sweepParts(db, place)
    await reviveSkippedRequests(db)
    const withdrawn = await withdrawOutdatedParts(db, recipeId, limits, home)
    const planned = await planRequests(db, recipeId, digest)
    const lines = taskLines(recipeId, context)
    const built = await buildParts(lines, { db, recipeId, limits, ...place, now: clock.now() })
    allowance.requests -= built.requests
    return done({
      dataVersion: await versionOfTasks(db),
      metadata: { ...built, ...planned, withdrawn },
    })
  },
})
