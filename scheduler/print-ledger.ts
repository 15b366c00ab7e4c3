import { stringify } from 'csv-stringify/sync'
import type { LedgerView } from '../data/records/ledger-views.js'
import { countLostCalls, findCheckedBatches, sumLedger, sumReuse } from '../data/records/ledger.js'
import { describeReuse, formatLedger, ledgerJson, ledgerLines } from '../reports/ledger-table.js'
import { formatCountOf } from '../reports/numbers.js'
import { formatMarkdown } from '../reports/table.js'
import { checkUsage, describeUsageCheck, usageCheckJson } from '../reports/usage-check.js'
import { withHome } from './open-home.js'
import { print, printObject } from './print.js'
import { terminalTable } from './terminal-table.js'

export type PrintFormat = 'table' | 'json' | 'csv' | 'md'

/** Prints the ledger of a home by a view, with what it says of reuse, of the provider's own sums, and of lost calls. */
export function printLedger(options: {
  home: string
  by: LedgerView
  /** Rows of a table; the others are summed in one. JSON and CSV give all. */
  limit: number
  format: PrintFormat
}): Promise<void> {
  const { home, by, limit, format } = options
  return withHome(home, async (db) => {
    const rows = await sumLedger(db, by)
    if (format === 'csv') return print(stringify(ledgerLines(rows, by), { escape_formulas: true }).trimEnd())
    const reuse = await sumReuse(db)
    const usage = checkUsage(await findCheckedBatches(db))
    const lostCalls = await countLostCalls(db)
    if (format === 'json')
      return printObject({
        ...{ ...ledgerJson(rows, by), reuse, usage: usageCheckJson(usage), lost_calls: lostCalls },
      })
    const shown = format === 'md' ? formatMarkdown : terminalTable
    await print(formatLedger(rows, by, { most: limit, format: shown }))
    const notes = [describeReuse(reuse) ?? [], describeUsageCheck(usage), lostNote(lostCalls)].flat()
    if (notes.length > 0) await print(notes.join('\n'))
  })
}

function lostNote(calls: number): string[] {
  if (calls === 0) return []
  return [
    `${formatCountOf(calls, 'call')} had no answer when a process ended: perhaps charged, and in no row here.`,
  ]
}
