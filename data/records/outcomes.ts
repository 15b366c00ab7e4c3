import { sql } from 'kysely'
import type { Db } from '../database.js'
import { Rows, insertRows } from '../insert-rows.js'
import type { Row } from '../schema.js'
import { touchPostsOfRequests } from './posts.js'
import { MAX_ATTEMPTS } from './requests.js'
import { SentRequests } from './sent-requests.js'

const SENT_AT_ONCE = 1_000

/** What one line of a results file means for its request. */
export type SettledLine = {
  requestId: number
  outcome:
    | { kind: 'answered'; body: string; digest: string; model: string }
    | { kind: 'failed'; code: string; message: string; isRetryable: boolean; isAttempt: boolean }
  /** Present whenever the line reports usage, whether its answer could be used or not. */
  charge: Charge | undefined
}

export type Charge = {
  model: string
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  reasoningTokens: number
  price: string
  costNanoUsd: number
}

/** A line that belongs to no request, or to one that had its line already. */
export type StrayLine = Omit<Row<'stray_lines'>, 'batch_id'>

/**
 * Stores the outcomes of some lines of a batch, with their charges and strays, in one transaction. Storing a line again
 * changes nothing, so a collection that was killed is simply repeated.
 *
 * A failure worth another try makes its request pending again unless it had its last attempt; one that is no attempt
 * (somebody cancelled the batch) is not counted, and waits for a person. The posts of all settled requests are marked as touched.
 */
export function settleLines(
  db: Db,
  batch: { id: number; part_id: number },
  settled: { lines: readonly SettledLine[]; strays: readonly StrayLine[] },
  now: Date,
): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await insertCharges(trx, batch.id, settled.lines, now)
    await insertAnswers(trx, batch.id, settled.lines, now)
    await insertFailures(trx, batch, settled.lines, now)
    await insertStrays(trx, batch.id, settled.strays)
    await touchPostsOfRequests(
      trx,
      settled.lines.map((line) => line.requestId),
    )
  })
}

/** What was sent in a batch, also the requests that are settled already. */
export async function findSent(db: Db, batch: { id: number; part_id: number }): Promise<SentRequests> {
  const sent = new SentRequests()
  for (let last: number | undefined = 0; last !== undefined;) {
    const rows = await findNextSent(db, batch, last)
    for (const { id, fingerprint } of rows) sent.add(id, fingerprint)
    last = rows.at(-1)?.id
  }
  return sent
}

function findNextSent(
  db: Db,
  batch: { id: number; part_id: number },
  last: number,
): Promise<{ id: number; fingerprint: string }[]> {
  return db
    .selectFrom('requests')
    .select(['id', 'fingerprint'])
    .where('part_id', '=', batch.part_id)
    .where('id', '>', last)
    .unionAll(
      // A failure worth another try has left the part already when an interrupted collection is repeated.
      db
        .selectFrom('failures')
        .innerJoin('requests', 'requests.id', 'failures.request_id')
        .select(['failures.request_id as id', 'requests.fingerprint'])
        .where('failures.batch_id', '=', batch.id)
        .where('failures.request_id', '>', last)
        .where('requests.part_id', 'is not', batch.part_id),
    )
    .orderBy('id')
    .limit(SENT_AT_ONCE)
    .execute()
}

async function insertCharges(
  trx: Db,
  batchId: number,
  lines: readonly SettledLine[],
  now: Date,
): Promise<void> {
  const at = now.toISOString()
  const rows = new Rows()
  for (const { requestId, charge } of lines) {
    if (!charge) continue
    const { model, inputTokens, cachedTokens, outputTokens, reasoningTokens, price, costNanoUsd } = charge
    rows
      .sharing(batchId, at, model, price)
      .push(requestId, inputTokens, cachedTokens, outputTokens, reasoningTokens, costNanoUsd)
  }
  await insertRows(
    trx,
    `charges (batch_id, charged_at, model, price, request_id, input_tokens, cached_tokens, output_tokens,
      reasoning_tokens, cost_nano_usd)`,
    rows,
    'on conflict (batch_id, request_id) do nothing',
  )
}

async function insertAnswers(
  trx: Db,
  batchId: number,
  lines: readonly SettledLine[],
  now: Date,
): Promise<void> {
  const at = now.toISOString()
  const ids: number[] = []
  const rows = new Rows()
  for (const { requestId, outcome } of lines) {
    if (outcome.kind !== 'answered') continue
    ids.push(requestId)
    rows.sharing(batchId, at, outcome.model).push(requestId, outcome.body, outcome.digest)
  }
  await insertRows(
    trx,
    'answers (batch_id, answered_at, model, request_id, body, digest)',
    rows,
    'on conflict (request_id) do nothing',
  )
  await sql`
    update requests set state = 'answered', reason = null, detail = null, is_cancelled = 0
    where id in (select value from json_each(${JSON.stringify(ids)}))
  `.execute(trx)
}

async function insertFailures(
  trx: Db,
  batch: { id: number; part_id: number },
  lines: readonly SettledLine[],
  now: Date,
): Promise<void> {
  const rows = lines.flatMap(({ requestId, outcome }) =>
    outcome.kind === 'failed'
      ? [{ requestId, ...outcome, retry: outcome.isRetryable ? 1 : 0, uncounted: outcome.isAttempt ? 0 : 1 }]
      : [],
  )
  if (rows.length === 0) return
  const json = JSON.stringify(rows)
  await sql`
    insert into failures (request_id, batch_id, attempt, code, message, is_retryable, failed_at)
    select requests.id, ${batch.id}, requests.attempts, value->>'code', value->>'message', value->>'retry',
      ${now.toISOString()}
    from json_each(${json}) join requests on requests.id = value->>'requestId' where true
    on conflict (batch_id, request_id) do nothing
  `.execute(trx)
  // By id, line after line; the pluses keep SQLite from going through the part, and through the lines for each of it.
  await sql`
    update requests set
      state = iif(line.retry and attempts - line.uncounted < ${MAX_ATTEMPTS}, 'pending', 'failed'),
      part_id = iif(line.retry and attempts - line.uncounted < ${MAX_ATTEMPTS}, null, part_id),
      attempts = attempts - line.uncounted,
      is_cancelled = line.uncounted,
      reason = line.code,
      detail = line.message
    from (
      select value->>'requestId' as id, value->>'retry' as retry, value->>'uncounted' as uncounted,
        value->>'code' as code, value->>'message' as message
      from json_each(${json})
    ) as line
    where requests.id = line.id and +requests.part_id = ${batch.part_id} and +requests.state = 'submitted'
  `.execute(trx)
}

async function insertStrays(trx: Db, batchId: number, strays: readonly StrayLine[]): Promise<void> {
  if (strays.length === 0) return
  await trx
    .insertInto('stray_lines')
    .values(strays.map((stray) => ({ batch_id: batchId, ...stray })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
