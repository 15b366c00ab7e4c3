import type { Db } from '../../data/database.js'
import { countIntents } from '../../data/records/batches.js'
import { findRecordDigests } from '../../data/records/posts.js'
import { findWantedRequests } from '../../data/records/requests.js'
import { type RequestState, requestStates } from '../../data/schema/batch-tables.js'
import { sumRows } from '../../pipeline/engine/sum-rows.js'
import { digest } from '../../pipeline/engine/versions.js'

/** The requests that were written into a tasks file, with how often: a further attempt is a new version. */
export async function versionOfTasks(db: Db): Promise<string> {
  return (await sumRequests(db)).tasks
}

/**
 * The requests that reached the provider, with how often, and how many batches were ever begun: a part that is sent again
 * after a rejection is a new version, though it holds the same requests.
 */
export async function versionOfSubmitted(db: Db): Promise<string> {
  const { submitted } = await sumRequests(db)
  return digest([submitted, String(await countIntents(db))])
}

/**
 * The answers in their canonical form, picture by picture, and what failed for good. However they were asked for, equal
 * answers are an equal version: nothing below them is made again. And how many requests that usable images ask for are in
 * each state.
 */
export async function versionOfResults(
  db: Db,
): Promise<{ dataVersion: string; states: Record<RequestState, number> }> {
  const { results, counts } = await sumRequests(db)
  const states = requestStates.map((state) => [state, counts[state] ?? 0] as const)
  return { dataVersion: results, states: Object.fromEntries(states) as Record<RequestState, number> }
}

/** All three go through the same rows, and are kept together. */
async function sumRequests(db: Db) {
  const { versions, counts } = await sumRows(db, 'requests', 3, findWantedRequests, (request) => ({
    items: [itemOfTasks(request), itemOfSubmitted(request), itemOfResults(request)],
    count: request.state,
  }))
  const [tasks, submitted, results] = versions as [string, string, string]
  return { tasks, submitted, results, counts }
}

type Wanted = Awaited<ReturnType<typeof findWantedRequests>>[number]
type Item = string[] | undefined

function itemOfTasks({ fingerprint, state, attempts }: Wanted): Item {
  return attempts > 0 || state === 'skipped' ? [fingerprint, String(attempts)] : undefined
}

function itemOfSubmitted({ fingerprint, state, attempts }: Wanted): Item {
  const reached = state === 'in_part' ? attempts - 1 : attempts
  return reached > 0 ? [fingerprint, String(reached)] : undefined
}

function itemOfResults({ sha256, answer_digest: answer, state, reason }: Wanted): Item {
  if (answer !== null) return [sha256, answer]
  return state === 'failed' || state === 'skipped' ? [sha256, state, reason ?? ''] : undefined
}

/** The grouped posts, and how many they are. */
export async function versionOfPosts(db: Db): Promise<{ dataVersion: string; posts: number }> {
  const { versions, counts } = await sumRows(db, 'posts', 1, findRecordDigests, (post) => ({
    items: [[post.key, post.record_digest]],
    count: 'grouped',
  }))
  return { dataVersion: versions[0]!, posts: counts['grouped'] ?? 0 }
}
