import { rm, stat } from 'node:fs/promises'
import type { Db } from '../data/database.js'
import type { Home } from '../data/home.js'
import {
  type OldRecordKind,
  compact,
  countOldRecords,
  deleteOldRecords,
  findCollectedParts,
  oldRecordKinds,
  recordFileDeleted,
} from '../data/records/old-records.js'
import { cleanThumbnails } from './clean-thumbnails.js'
import { resultPaths } from '../pipeline/batch/result-paths.js'
import type { Retention } from './retention.js'

/** What is, or would be, deleted: a file, or so many records of a kind. */
export type Cleaned =
  | { kind: 'task_file' | 'results_file'; path: string; bytes: number; because: string }
  | { kind: 'thumbnails'; path: string; bytes: number; because: string }
  | { kind: OldRecordKind; records: number; because: string }

const DAY_MS = 86_400_000
/** So that nobody else waits long for the write lock. */
const RECORDS_AT_ONCE = 1_000

/**
 * Deletes what has been kept for long enough: files of parts whose answers are stored, and records that nothing needs.
 * Never touches what is in flight, an answer, a charge or a materialization. A file goes before its record says so: a kill
 * in between leaves a record that the next cleaning corrects.
 *
 * @param isDryRun  only tell what would go.
 */
export async function cleanHome(
  db: Db,
  home: Home,
  retention: Retention,
  now: Date,
  isDryRun = false,
): Promise<Cleaned[]> {
  const cleaned = [
    ...(await cleanFiles(db, home, retention, now, isDryRun)),
    ...(await cleanCopies(db, home, isDryRun)),
    ...(await cleanRecords(db, retention, now, isDryRun)),
  ]
  if (!isDryRun) await compact(db)
  return cleaned
}

async function cleanFiles(
  db: Db,
  home: Home,
  { task_files_days: taskDays, results_days: resultDays }: Retention,
  now: Date,
  isDryRun: boolean,
): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = []
  for (const part of await findCollectedParts(db, daysBefore(now, taskDays))) {
    if (part.file_deleted_at !== null) continue
    const because = `its answers are stored since ${part.collected_at}, and task_files_days is ${taskDays}`
    cleaned.push({ kind: 'task_file', path: part.path, bytes: part.bytes, because })
    if (isDryRun) continue
    await rm(home.pathOf(part.path), { force: true })
    await recordFileDeleted(db, part.id, now)
  }
  for (const part of await findCollectedParts(db, daysBefore(now, resultDays))) {
    for (const path of Object.values(resultPaths(part.path))) {
      const bytes = await sizeOf(home.pathOf(path))
      if (bytes === undefined) continue
      const because = `its answers are stored since ${part.collected_at}, and results_days is ${resultDays}`
      cleaned.push({ kind: 'results_file', path, bytes, because })
      if (!isDryRun) await rm(home.pathOf(path), { force: true })
    }
  }
  return cleaned
}

async function cleanCopies(db: Db, home: Home, isDryRun: boolean): Promise<Cleaned[]> {
  const bytes = await cleanThumbnails(db, home, isDryRun)
  const because = 'their pictures are in the home no more'
  return bytes === 0 ? [] : [{ kind: 'thumbnails', path: 'thumbs', bytes, because }]
}

async function cleanRecords(
  db: Db,
  { ticks_days: ticks, runs_days: runs }: Retention,
  now: Date,
  isDryRun: boolean,
): Promise<Cleaned[]> {
  const cleaned: Cleaned[] = []
  const daysOf = { ticks, runs, steps: runs }
  for (const kind of oldRecordKinds) {
    const before = daysBefore(now, daysOf[kind])
    const records = await countOldRecords(db, kind, before)
    if (records === 0) continue
    const because = `over for more than ${daysOf[kind]} days, and nothing needs them`
    cleaned.push({ kind, records, because })
    if (isDryRun) continue
    while ((await deleteOldRecords(db, kind, before, RECORDS_AT_ONCE)) === RECORDS_AT_ONCE);
  }
  return cleaned
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS)
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
