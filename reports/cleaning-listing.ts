import type { Listing } from './listing.js'
import { formatBytes, formatCountOf } from './numbers.js'

/** What a cleaning deleted, or would delete. */
export type CleanedRow = { kind: string; path?: string; bytes?: number; records?: number; because: string }

export const cleaningListing: Listing<CleanedRow> = {
  columns: [{ title: 'what' }, { title: 'which' }, { title: 'size', align: 'right' }, { title: 'why' }],
  cells: ({ kind, path, bytes, records, because }) => [
    kind,
    path ?? formatCountOf(records ?? 0, 'record'),
    bytes === undefined ? '' : formatBytes(bytes),
    because,
  ],
  json: (row) => row,
  empty: 'There is nothing to clean.',
}

/** How much room a cleaning made, as a sentence. */
export function describeCleaning(rows: readonly CleanedRow[], isDryRun: boolean): string {
  const bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0)
  return isDryRun
    ? `Nothing was deleted. Without --dry-run this frees ${formatBytes(bytes)} of files.`
    : `${formatBytes(bytes)} of files freed.`
}
