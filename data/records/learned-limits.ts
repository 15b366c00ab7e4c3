import type { Db } from '../database.js'

/** Accounts rise to higher tiers, and nobody tells us: what was learned is only good for a while. */
const REMEMBERED_MS = 30 * 24 * 60 * 60_000

/** Whose tokens wait at the provider: each account has a window for each model. */
export type Queue = { accountId: number; model: string }

/** Remembers how many tokens may wait at the provider at once; a later word of it replaces an earlier one. */
export async function learnLimit(db: Db, queue: Queue, enqueuedTokens: number, now: Date): Promise<void> {
  const learned = { enqueued_tokens: enqueuedTokens, learned_at: now.toISOString() }
  await db
    .insertInto('learned_limits')
    .values({ account_id: queue.accountId, model: queue.model, ...learned })
    .onConflict((conflict) => conflict.columns(['account_id', 'model']).doUpdateSet(learned))
    .execute()
}

/** Forgets what was learned more than 30 days ago. */
export async function forgetOldLimits(db: Db, now: Date): Promise<void> {
  const oldest = new Date(now.getTime() - REMEMBERED_MS).toISOString()
  await db.deleteFrom('learned_limits').where('learned_at', '<', oldest).execute()
}

/** The window of an account for a model, in prompt tokens; undefined while none is known. */
export async function findLearnedLimit(db: Db, queue: Queue): Promise<number | undefined> {
  const row = await db
    .selectFrom('learned_limits')
    .select('enqueued_tokens')
    .where('account_id', '=', queue.accountId)
    .where('model', '=', queue.model)
    .executeTakeFirst()
  return row?.enqueued_tokens
}

/** The smallest window for a model, whoever's it is: a part that fits into it can be sent by every account. */
export async function findSmallestLimit(db: Db, model: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('learned_limits')
    .select((eb) => eb.fn.min<number | null>('enqueued_tokens').as('tokens'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow()
  return row.tokens ?? undefined
}
