import { findBatchesOfPart, sumLive } from '../../data/records/batches.js'
import { type Queue, findLearnedLimit, learnLimit } from '../../data/records/learned-limits.js'
import type { Part } from '../../data/records/parts.js'
import { getRecipeOfPart } from '../../data/records/recipes.js'
import type { BatchContext } from './batch-context.js'
import { readEnqueuedLimit } from './enqueued-limit.js'

/** A whole batch that was turned away because too many tokens wait already. */
export const TOKEN_LIMIT = /\btoken_limit_exceeded\b/

/**
 * Whether a part may be sent now: together with what of ours waits at the provider, it fits into the window of its model.
 * A part that is alone is always sent; then nothing of ours could make room. So is one that others of ours, with no window
 * known, do not keep from it: only after it was turned away it waits for them.
 *
 * @param configured  the window by the settings, in estimated prompt tokens; the smaller one of it and the learned counts.
 */
export async function hasRoom(
  part: Part,
  configured: number | undefined,
  context: BatchContext,
): Promise<boolean> {
  const { db } = context
  const queue = await queueOf(part.id, context)
  const live = await sumLive(db, queue, part.id)
  if (live.tokens === 0) return true
  const window = smaller(configured, await findLearnedLimit(db, queue))
  if (window !== undefined) return live.tokens + part.estimated_tokens <= window
  return live.moving === 0 || !(await wasTurnedAway(part, context))
}

/** The smaller one of two limits of which each may be unknown. */
export function smaller(one: number | undefined, other: number | undefined): number | undefined {
  const least = Math.min(one ?? Infinity, other ?? Infinity)
  return least === Infinity ? undefined : least
}

/** Remembers the window that the provider names in its refusal of a part; does nothing when it names none. */
export async function learnWindow(partId: number, refusal: string, context: BatchContext): Promise<void> {
  const tokens = readEnqueuedLimit(refusal)
  if (tokens === undefined) return
  const queue = await queueOf(partId, context)
  await learnLimit(context.db, queue, tokens, context.clock.now())
  context.notify({ kind: 'batch.limit_learned', model: queue.model, tokens })
}

async function queueOf(partId: number, { db, accountId }: BatchContext): Promise<Queue> {
  const { model } = await getRecipeOfPart(db, partId)
  return { accountId, model }
}

async function wasTurnedAway(part: Part, { db }: BatchContext): Promise<boolean> {
  const last = (await findBatchesOfPart(db, part.id)).at(-1)
  return last?.state === 'rejected' && TOKEN_LIMIT.test(last.because ?? '')
}
