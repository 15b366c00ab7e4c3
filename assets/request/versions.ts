import type { Db } from '../../data/database.js'
import { countIntents } from '../../data/records/batches.js'
import { listPostRecords } from '../../data/records/posts.js'
import { findWantedRequests } from '../../data/records/requests.js'
import { SetSum, digest } from '../../pipeline/engine/versions.js'

const PAGE_ROWS = 10_000

/** The requests that were written into a tasks file, with how often: a further attempt is a new version. */
export function versionOfTasks(db: Db): Promise<string> {
  return sumOfWanted(db, ({ fingerprint, state, attempts }) =>
    attempts > 0 || state === 'skipped' ? [fingerprint, String(attempts)] : undefined,
  )
}

/**
 * The requests that reached the provider, with how often, and how many batches were ever begun: a part that is sent again
 * after a rejection is a new version, though it holds the same requests.
 */
export async function versionOfSubmitted(db: Db): Promise<string> {
  const requests = await sumOfWanted(db, ({ fingerprint, state, attempts }) => {
    const reached = state === 'in_part' ? attempts - 1 : attempts
    return reached > 0 ? [fingerprint, String(reached)] : undefined
  })
  return digest([requests, String(await countIntents(db))])
}

/**
 * The answers in their canonical form, picture by picture, and what failed for good. However they were asked for, equal
 * answers are an equal version: nothing below them is made again.
 */
export function versionOfResults(db: Db): Promise<string> {
  return sumOfWanted(db, ({ sha256, answer_digest: answer, state, reason }) => {
    if (answer !== null) return [sha256, answer]
    return state === 'failed' || state === 'skipped' ? [sha256, state, reason ?? ''] : undefined
  })
}

type Wanted = Awaited<ReturnType<typeof findWantedRequests>>[number]

async function sumOfWanted(db: Db, itemOf: (request: Wanted) => string[] | undefined): Promise<string> {
  const sum = new SetSum()
  let afterId = 0
  while (true) {
    const page = await findWantedRequests(db, { afterId, limit: PAGE_ROWS })
    for (const request of page) {
      const item = itemOf(request)
      if (item) sum.add(item)
    }
    const last = page.at(-1)
    if (!last) return sum.hex()
    afterId = last.id
  }
}

/** The grouped posts, and how many they are. */
export async function versionOfPosts(db: Db): Promise<{ dataVersion: string; posts: number }> {
  const sum = new SetSum()
  let posts = 0
  let afterKey = ''
  while (true) {
    const page = await listPostRecords(db, { afterKey, limit: 1_000 })
    for (const post of page) sum.add([post.key, post.record_digest])
    posts += page.length
    const last = page.at(-1)
    if (!last) return { dataVersion: sum.hex(), posts }
    afterKey = last.key
  }
}
