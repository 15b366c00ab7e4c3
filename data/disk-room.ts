import { statfs } from 'node:fs/promises'
import { DataError } from './data-error.js'

/** What must be left for everything else: the database's log, results files, the rest of the machine. */
const MARGIN_BYTES = 64_000_000

/**
 * Checks that files of about so many bytes can be written below a folder, before the first of them is.
 *
 * @throws DataError `disk_full_soon` with what is needed and what is free.
 */
export async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes + MARGIN_BYTES) return
  throw new DataError({
    code: 'disk_full_soon',
    message: `the tasks files take about ${inMegabytes(bytes)}, and ${inMegabytes(MARGIN_BYTES)} must be left; only ${inMegabytes(free)} are free in "${folder}"`,
    hint: 'Make room (`hemline clean` deletes what is not needed any more), or ask for fewer pictures at once with --limit.',
  })
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`
}
