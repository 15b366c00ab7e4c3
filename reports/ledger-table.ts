import { formatUsd } from '../data/catalogue/price.js'
import type { LedgerView } from '../data/records/ledger-views.js'
import type { LedgerRow, LedgerSum } from '../data/records/ledger.js'
import { methodInWords } from './method-words.js'
import { formatCount, formatCountOf, formatPercent } from './numbers.js'
import { type Column, type FormatRows, formatTable } from './table.js'

const figureColumns: Column[] = [
  { title: 'requests', align: 'right' },
  { title: 'tokens in', align: 'right' },
  { title: 'of pictures', align: 'right' },
  { title: 'tokens out', align: 'right' },
  { title: 'estimated', align: 'right' },
  { title: 'reported', align: 'right' },
  { title: 'error', align: 'right' },
  { title: 'per image', align: 'right' },
]

const titles: Record<LedgerView, string> = {
  method: 'method',
  model: 'model',
  batch: 'batch',
  day: 'day sent (UTC)',
  post: 'post',
}

/** What rows that are not shown by themselves are called, together. */
const others: Record<LedgerView, [one: string, several: string]> = {
  method: ['other method', 'other methods'],
  model: ['other model', 'other models'],
  batch: ['earlier batch', 'earlier batches'],
  day: ['earlier day', 'earlier days'],
  post: ['other post', 'other posts'],
}

/**
 * What the answers cost by a view, and all together: reported by the answers' usage, beside what was estimated before they
 * were sent. The local server's answers are priced as its model would be, and are summed on a line of their own: nobody is
 * billed for them.
 *
 * @param rows  may be empty: then the sum is zero.
 * @param show.most  show only so many rows by themselves (of batches and days the last ones), and the others as one.
 * @param show.format  how the rows become text; a table of at most the width of the terminal, or Markdown.
 */
export function formatLedger(
  rows: readonly LedgerRow[],
  by: LedgerView,
  { most = Infinity, format = formatTable }: { most?: number; format?: FormatRows } = {},
): string {
  const isByTime = by === 'batch' || by === 'day'
  const shown = isByTime ? rows.slice(-most) : rows.slice(0, most)
  const rest = isByTime ? rows.slice(0, rows.length - shown.length) : rows.slice(shown.length)
  const cells = shown.map((row) => [nameOf(row, by), ...figures(row)])
  const folded = [formatCountOf(rest.length, ...others[by]), ...figures(sumOf(rest))]
  if (rest.length > 0) cells.splice(isByTime ? 0 : cells.length, 0, folded)
  const { billed, local } = sidesOf(rows)
  if (billed.length > 0 || local.length === 0) cells.push(['billed in all', ...figures(sumOf(billed))])
  if (local.length > 0) cells.push(['local in all, not billed', ...figures(sumOf(local))])
  const notes = local.length > 0 ? [NOT_BILLED] : []
  return [format([{ title: titles[by] }, ...figureColumns], cells), ...notes].join('\n')
}

const NOT_BILLED =
  'The local server bills nobody: its cost is what the model would have charged for the same tokens.'

/** The same as one object; what ends in `_nano_usd` is in billionths of a dollar. */
export function ledgerJson(rows: readonly LedgerRow[], by: LedgerView): Record<string, unknown> {
  const { billed, local } = sidesOf(rows)
  return {
    by,
    billed: sumOf(billed),
    local: sumOf(local),
    rows: rows.map(({ key, is_local: isLocal, ...sum }) => ({
      [keyName(by)]: key,
      is_billed: isLocal === 0,
      ...sum,
    })),
  }
}

/** The same for a spreadsheet: a head, and a line a row, of whole numbers. What was not estimated is empty. */
export function ledgerLines(rows: readonly LedgerRow[], by: LedgerView): string[][] {
  const names = Object.keys(sumOf([])) as (keyof LedgerSum)[]
  return [
    [keyName(by), 'is_billed', ...names],
    ...rows.map((row) => [
      row.key,
      row.is_local === 0 ? 'true' : 'false',
      ...names.map((name) => String(row[name] ?? '')),
    ]),
  ]
}

/** Of what names a row, as every other listing calls it. */
function keyName(by: LedgerView): string {
  return by === 'post' ? 'post_id' : by
}

function sidesOf(rows: readonly LedgerRow[]): { billed: LedgerRow[]; local: LedgerRow[] } {
  return {
    billed: rows.filter((row) => row.is_local === 0),
    local: rows.filter((row) => row.is_local === 1),
  }
}

function nameOf({ key, is_local: isLocal }: LedgerRow, by: LedgerView): string {
  const name = by === 'method' ? methodInWords(key) : key || '(pictures that are gone)'
  return isLocal === 1 && by !== 'batch' ? `${name} (local)` : name
}

/** The sum of rows: zeros for none; an estimate only where every row has one. */
function sumOf(rows: readonly LedgerSum[]): LedgerSum {
  const total: LedgerSum = {
    requests: 0,
    input_tokens: 0,
    cached_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    cost_nano_usd: 0,
    estimated_input_tokens: 0,
    estimated_image_tokens: 0,
    estimated_cost_nano_usd: 0,
  }
  for (const name of Object.keys(total) as (keyof LedgerSum)[]) {
    const figures = rows.map((row) => row[name])
    // Null only in the columns that may be.
    total[name] = (
      figures.includes(null) ? null : figures.reduce<number>((sum, each) => sum + each!, 0)
    ) as number
  }
  return total
}

function figures(sum: LedgerSum): string[] {
  const { requests, cost_nano_usd: cost, estimated_cost_nano_usd: estimated } = sum
  const { estimated_image_tokens: ofPictures } = sum
  return [
    formatCount(requests),
    formatCount(sum.input_tokens),
    ofPictures === null || requests === 0 ? '' : formatCount(ofPictures),
    formatCount(sum.output_tokens),
    estimated === null || requests === 0 ? '' : formatUsd(estimated),
    formatUsd(cost),
    estimated === null || estimated === 0 ? '' : formatPercent((cost - estimated) / estimated),
    requests === 0 ? '' : formatUsd(Math.round(cost / requests)),
  ]
}

/** What an answer saved that serves further pictures, as a sentence; undefined when none does. */
export function describeReuse({
  images,
  worth_nano_usd: worth,
}: {
  images: number
  worth_nano_usd: number
}): string | undefined {
  if (images === 0) return undefined
  const verb = images === 1 ? 'shares its answer' : 'share their answers'
  return `${formatCountOf(images, 'image')} ${verb} with another of the same bytes: ${formatUsd(worth)} not spent.`
}
