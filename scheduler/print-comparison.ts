import { existsSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { compareMethods } from '../assets/plan/compare-methods.js'
import { defaultSettings } from '../assets/default-settings.js'
import { builtInCatalogue } from '../data/catalogue/catalogue.js'
import { readCatalogue } from '../data/catalogue/read-catalogue.js'
import { homeAt } from '../data/home.js'
import { flagOfHome } from '../reports/home-flag.js'
import { type MethodComparison, comparisonJson, formatComparison } from '../reports/method-comparison.js'
import { PUBLISHED, formatPublished, publishedJson, realRow } from '../reports/published-comparison.js'
import { formatMarkdown } from '../reports/table.js'
import { withHome } from './open-home.js'
import { print, printObject } from './print.js'
import type { PrintFormat } from './print-ledger.js'
import { settleSettings } from './settle-settings.js'
import { terminalTable } from './terminal-table.js'
import { terminalWidth } from './terminal-width.js'
import { UsageError } from './usage-error.js'

/** Prints the three methods side by side: for the pictures of a home, or, where there are none, as published. */
export async function printComparison(options: {
  home: string
  isPublished: boolean
  format: PrintFormat
}): Promise<void> {
  const { home, isPublished, format } = options
  const own = isPublished ? undefined : await ownComparison(home)
  if (own) return printOwn(own, format)
  if (format === 'csv') {
    throw new UsageError('the published comparison is no CSV', 'Take it as --format json, md or table.')
  }
  const model = builtInCatalogue.get(PUBLISHED.model)
  const today = builtInCatalogue.get(defaultSettings.model)
  const real = [model, today].flatMap((each) => [realRow(each, 'high'), realRow(each, 'low')])
  if (format === 'json') return printObject(publishedJson(model, real))
  const table = format === 'md' ? formatMarkdown : terminalTable
  await print(formatPublished(model, real, { table, width: terminalWidth() }))
  if (!isPublished) {
    const flag = flagOfHome(home)
    await print(
      `For your own pictures: hemline init${flag} --images FOLDER && hemline plan${flag} && hemline cost compare${flag}`,
    )
  }
}

async function ownComparison(folder: string): Promise<MethodComparison | undefined> {
  const home = homeAt(folder)
  if (!existsSync(home.database) || !existsSync(home.config)) return undefined
  const { settings } = await settleSettings(home, {})
  const catalogue = await readCatalogue(home.models)
  return withHome(folder, (db) => compareMethods(db, settings, catalogue))
}

async function printOwn(own: MethodComparison, format: PrintFormat): Promise<void> {
  switch (format) {
    case 'json':
      return printObject(comparisonJson(own))
    case 'csv': {
      const head = ['method', 'cost_nano_usd', 'basis', 'measured_on'] as const
      const rows = own.methods.map((method) => head.map((name) => String(method[name])))
      return print(stringify([[...head], ...rows]).trimEnd())
    }
    case 'md':
      return print(formatComparison(own, { table: formatMarkdown, width: terminalWidth() }))
    case 'table':
      return print(formatComparison(own, { table: terminalTable, width: terminalWidth() }))
  }
}
