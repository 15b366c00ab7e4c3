import { realpath, stat } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import type { PostRecord } from '../assets/post/post-record.js'
import { csvRows } from '../assets/post/csv-rows.js'
import { type Artifact, createArtifact } from '../data/artifacts.js'
import type { Db } from '../data/database.js'
import { listPostRecords } from '../data/records/posts.js'
import { pages } from './pages.js'
import { UsageError } from './usage-error.js'

export type ExportFormat = 'json' | 'jsonl' | 'csv'

/**
 * Writes all grouped posts, in the order of their keys, to a file that is there whole or not at all.
 *
 * @returns how many posts it holds.
 * @throws UsageError when something stands at the path that is not a file, such as a folder or `/dev/stdout`.
 */
export async function writeExport(db: Db, format: ExportFormat, path: string): Promise<number> {
  const artifact = await createArtifact(await placeOf(path))
  try {
    const posts = await writers[format](records(db), artifact)
    await artifact.commit()
    return posts
  } catch (error) {
    await artifact.discard()
    throw error
  }
}

/** Where the file goes: through a link, to what it leads to. A device or a pipe would be replaced, not written to. */
async function placeOf(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!found) return path
  if (found.isFile()) return realpath(path)
  throw new UsageError(`--out names "${path}", which is not a file`, 'Name a file; what it held is replaced.')
}

type Write = (records: AsyncIterable<PostRecord>, to: Artifact) => Promise<number>

const writers: Record<ExportFormat, Write> = {
  async json(all, to) {
    let posts = 0
    for await (const record of all)
      await to.write(`${posts++ === 0 ? '[\n' : ',\n'}${JSON.stringify(record)}`)
    await to.write(posts === 0 ? '[]\n' : '\n]\n')
    return posts
  },

  async jsonl(all, to) {
    let posts = 0
    for await (const record of all) {
      await to.write(`${JSON.stringify(record)}\n`)
      posts++
    }
    return posts
  },

  async csv(all, to) {
    const { header, rowsOf } = csvRows
    await to.write(csvLines([header]))
    let posts = 0
    for await (const record of all) {
      await to.write(csvLines(rowsOf(record)))
      posts++
    }
    return posts
  },
}

/** A cell that begins like a formula gets an apostrophe, so that no spreadsheet runs what a caption says. */
function csvLines(rows: string[][]): string {
  return stringify(rows, { escape_formulas: true, record_delimiter: 'windows' })
}

async function* records(db: Db): AsyncGenerator<PostRecord> {
  const rows = pages(
    (after: string | undefined, count) => listPostRecords(db, { afterKey: after ?? '', limit: count }),
    ({ key }) => key,
    Infinity,
  )
  for await (const { record } of rows) yield JSON.parse(record) as PostRecord
}
