import { type SqlBool, sql } from 'kysely'
import type { Db } from '../database.js'
import type { NewRow, Row } from '../schema.js'
import { type PartState, liveBatchStates } from '../schema/batch-tables.js'

export type Part = Row<'parts'>

/** A request that is written into a part, with its estimated prompt tokens where they are known. */
export type PartRequest = { id: number; inputTokens?: number; imageTokens?: number }

/**
 * Records a part whose file is complete on disk, and moves its requests from `pending` into it, in one transaction: a
 * kill before it leaves a file that no record names, a kill after it a part that is ready to submit.
 *
 * @throws when one of the requests is not pending: its picture would be paid for twice.
 */
export function insertPart(
  db: Db,
  part: Omit<NewRow<'parts'>, 'state' | 'requests'>,
  requests: readonly PartRequest[],
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { id } = await trx
      .insertInto('parts')
      .values({ ...part, state: 'built', requests: requests.length })
      .returning('id')
      .executeTakeFirstOrThrow()
    // The plus keeps SQLite from going through all that are pending, and through the list for each of them.
    const moved = await sql`
      update requests set state = 'in_part', part_id = ${id}, attempts = attempts + 1, reason = null, detail = null,
        estimated_input_tokens = line.input_tokens, image_tokens = line.image_tokens
      from (
        select value->>'id' as id, value->>'inputTokens' as input_tokens, value->>'imageTokens' as image_tokens
        from json_each(${JSON.stringify(requests)})
      ) as line
      where requests.id = line.id and +requests.state = 'pending'
    `.execute(trx)
    if (Number(moved.numAffectedRows) !== requests.length) {
      throw new Error(
        `part "${part.path}" holds ${requests.length} requests, of which ${moved.numAffectedRows} were pending`,
      )
    }
    return id
  })
}

/** The parts in a state, oldest first; empty when there are none. */
export function findParts(db: Db, state: PartState): Promise<Part[]> {
  return db.selectFrom('parts').selectAll().where('state', '=', state).orderBy('id').execute()
}

export function getPart(db: Db, id: number): Promise<Part> {
  return db.selectFrom('parts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The part with this path (relative to the home), or whose file has this name; undefined when there is none. */
export function findPartNamed(db: Db, name: string): Promise<Part | undefined> {
  return db
    .selectFrom('parts')
    .selectAll()
    .where(sql<SqlBool>`substr('/' || path, ${-name.length - 1}) = ${`/${name}`}`)
    .executeTakeFirst()
}

/** The highest number that a part of this stamp has; 0 when there is none. */
export async function findLastPartNumber(db: Db, stamp: string): Promise<number> {
  const row = await db
    .selectFrom('parts')
    .select((eb) => eb.fn.max('number').as('number'))
    .where('stamp', '=', stamp)
    .executeTakeFirst()
  return row?.number ?? 0
}

/** The paths of all parts that were ever recorded, relative to the home. */
export async function findPartPaths(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('parts').select('path').execute()
  return rows.map(({ path }) => path)
}

/** The built parts that have a batch which may be at the provider: they go on as they were begun. */
export async function findBegunParts(db: Db): Promise<Set<number>> {
  const rows = await db
    .selectFrom('batches')
    .innerJoin('parts', 'parts.id', 'batches.part_id')
    .select('parts.id')
    .where('parts.state', '=', 'built')
    .where('batches.state', 'in', liveBatchStates)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Those of them that were begun before an instant and are known not to be at the provider: their create call was never sent. */
export async function findUncreatedParts(db: Db, before: Date): Promise<Set<number>> {
  const rows = await db
    .selectFrom('batches')
    .select('part_id')
    .where('state', 'in', ['intended', 'uploaded'])
    .where('create_sent_at', 'is', null)
    .where('intended_at', '<', before.toISOString())
    .execute()
  return new Set(rows.map(({ part_id: id }) => id))
}

/** How many parts are built and not at the provider: still to be submitted, in doubt, or held. */
export async function countUnsubmittedParts(db: Db): Promise<number> {
  const row = await db
    .selectFrom('parts')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'built')
    .executeTakeFirstOrThrow()
  return row.count
}

/**
 * Built parts that should not be sent as they are: made with another recipe, larger than the limits, or holding a request
 * that no usable image asks for any more. Parts with a batch in any live state are never among them.
 */
export function findOutdatedParts(
  db: Db,
  recipeId: number,
  limits: { requests: number; bytes: number; tokens: number | undefined },
): Promise<Part[]> {
  return db
    .selectFrom('parts')
    .selectAll()
    .where('state', '=', 'built')
    .where(hasNoLiveBatch)
    .where((eb) =>
      eb.or([
        eb('recipe_id', '!=', recipeId),
        eb('requests', '>', limits.requests),
        eb('bytes', '>', limits.bytes),
        eb('estimated_tokens', '>', limits.tokens ?? Number.MAX_SAFE_INTEGER),
        holdsUnwantedRequest,
      ]),
    )
    .orderBy('id')
    .execute()
}

/** How many parts are to be cut smaller: no account could send them, by what was learned of the windows. */
export async function countOversizedParts(db: Db): Promise<number> {
  const row = await db
    .selectFrom('parts')
    .innerJoin('recipes', 'recipes.id', 'parts.recipe_id')
    .where('parts.state', '=', 'built')
    .where(hasNoLiveBatch)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('learned_limits')
          .select('learned_limits.model')
          .whereRef('learned_limits.model', '=', 'recipes.model')
          .whereRef('enqueued_tokens', '<', 'parts.estimated_tokens'),
      ),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return row.count
}

const hasNoLiveBatch = sql<SqlBool>`not exists (
  select 1 from batches where batches.part_id = parts.id and batches.state in (${sql.join(liveBatchStates)})
)`

const holdsUnwantedRequest = sql<SqlBool>`exists (
  select 1 from requests where requests.part_id = parts.id and not exists (
    select 1 from images where images.request_id = requests.id and images.state = 'usable'
  )
)`

/** Takes a built part back: its requests are pending again and the attempt is not counted. Says whether it won. */
export function withdrawPart(db: Db, id: number): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const moved = await movePart(trx, id, 'built', 'withdrawn')
    if (!moved) return false
    await trx
      .updateTable('requests')
      .set((eb) => ({ state: 'pending', part_id: null, attempts: eb('attempts', '-', 1) }))
      .where('part_id', '=', id)
      .where('state', '=', 'in_part')
      .execute()
    return true
  })
}

/** Compare-and-set of a part's state; says whether it won. */
export async function movePart(db: Db, id: number, from: PartState, to: PartState): Promise<boolean> {
  const moved = await db
    .updateTable('parts')
    .set({ state: to })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirstOrThrow()
  return moved.numUpdatedRows === 1n
}

/** What all parts of a recipe held together, ever. */
export function sumParts(db: Db, recipeId: number): Promise<{ bytes: number; requests: number }> {
  return db
    .selectFrom('parts')
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>('bytes'), eb.lit(0)).as('bytes'),
      eb.fn.coalesce(eb.fn.sum<number>('requests'), eb.lit(0)).as('requests'),
    ])
    .where('recipe_id', '=', recipeId)
    .executeTakeFirstOrThrow()
}
