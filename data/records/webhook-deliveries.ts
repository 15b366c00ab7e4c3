import type { Db } from '../database.js'
import type { Row } from '../schema.js'

/** Senders repeat a delivery for up to three days; older ones need not be remembered. */
const REMEMBERED_MS = 7 * 24 * 3_600_000

/** What a delivery meant: `woken` names the batch, by its id here, whose next poll is due now. */
export type Delivered =
  | { kind: 'woken'; batchId: number }
  | { kind: 'repeated' | 'unknown_batch' | 'already_over' }

/**
 * Takes in what a provider told unasked about a batch, once: the batch, if it is open, is due for its next poll now. Of a
 * batch that is not on record nothing is kept: the account may serve others, too.
 */
export function takeDelivery(
  db: Db,
  delivery: Omit<Row<'webhook_deliveries'>, 'received_at'>,
  now: Date,
): Promise<Delivered> {
  return db.transaction().execute(async (trx) => {
    const batch = await trx
      .selectFrom('batches')
      .select(['id', 'state'])
      .where('provider_batch_id', '=', delivery.batch)
      .executeTakeFirst()
    if (!batch) return { kind: 'unknown_batch' }
    await forgetOld(trx, now)
    const { numInsertedOrUpdatedRows: inserted } = await trx
      .insertInto('webhook_deliveries')
      .values({ ...delivery, received_at: now.toISOString() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow()
    if (inserted === 0n) return { kind: 'repeated' }
    if (batch.state !== 'open') return { kind: 'already_over' }
    await trx
      .updateTable('batches')
      .set({ next_poll_at: now.toISOString() })
      .where('id', '=', batch.id)
      .execute()
    return { kind: 'woken', batchId: batch.id }
  })
}

async function forgetOld(trx: Db, now: Date): Promise<void> {
  const oldest = new Date(now.getTime() - REMEMBERED_MS).toISOString()
  await trx.deleteFrom('webhook_deliveries').where('received_at', '<', oldest).execute()
}
