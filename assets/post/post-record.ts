import type { PostImage } from '../../data/records/posts.js'
import type { Analysis } from '../analysis/schema.js'
import { type PostSummary, summarizePost } from '../analysis/summarize-post.js'

/** What a post is in exports and tables: the same whichever profile described its pictures. */
export type PostRecord = {
  post_id: string
  /** The manifest's further columns that have one value in all of the post's rows. */
  columns: Record<string, string>
  summary: PostSummary
  images: ImageRecord[]
}

export type ImageRecord = {
  image: string
  position: number
  /** `pending` until its answer is there; `skipped` and `failed` come with their reason. */
  state: 'described' | 'pending' | 'skipped' | 'failed'
  reason: string | null
  /** The columns that differ between the rows of the post. */
  columns: Record<string, string>
  analysis: Analysis | null
}

/** Builds the record of one post from its images, given in order. Pure; no images make an empty post. */
export function postRecord(key: string, rows: readonly PostImage[]): PostRecord {
  const columns = rows.map((row) => JSON.parse(row.columns) as Record<string, string>)
  const shared = sharedColumns(columns)
  const images = rows.map((row, index) => imageRecord(row, without(columns[index]!, shared)))
  const analyses = images.flatMap(({ analysis }) => (analysis ? [analysis] : []))
  return { post_id: key, columns: shared, summary: summarizePost(analyses), images }
}

function imageRecord(row: PostImage, columns: Record<string, string>): ImageRecord {
  const analysis = row.answer === null ? null : (JSON.parse(row.answer) as Analysis)
  const { state, reason } = stateOf(row)
  return { image: row.path, position: row.position, state, reason, columns, analysis }
}

function stateOf(row: PostImage): Pick<ImageRecord, 'state' | 'reason'> {
  if (row.state === 'skipped') return { state: 'skipped', reason: row.image_reason }
  if (row.answer !== null) return { state: 'described', reason: null }
  if (row.request_state === 'failed') return { state: 'failed', reason: row.request_reason }
  if (row.request_state === 'skipped') return { state: 'skipped', reason: row.request_reason }
  return { state: 'pending', reason: null }
}

function sharedColumns(all: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...others] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((columns) => columns[name] === value)),
  )
}

function without(columns: Record<string, string>, shared: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !Object.hasOwn(shared, name)))
}
