import { formatUsd } from '../data/catalogue/price.js'
import { BATCH_API_LIMITS } from '../pipeline/batch/part-limits.js'
import { formatBars } from './bar-chart.js'
import { basisInWords, methodInWords } from './method-words.js'
import { formatBytes, formatCount, formatCountOf } from './numbers.js'
import type { FormatRows } from './table.js'

/** What a person's own pictures cost in one way of asking. */
export type ComparedMethod = {
  /** Profile and lane, as `compact/batch`. */
  method: string
  /** All pictures in this way, in billionths of a dollar. */
  cost_nano_usd: number
  /**
   * `measured`: charged in this very way. `measured_usage`: tokens as charged in another lane, at this lane's price.
   * `estimated`: by the tokenizer, the model's rule for pictures, and the usual length of an answer.
   */
  basis: 'measured' | 'measured_usage' | 'estimated'
  /** How many charged requests tell; 0 where estimated. */
  measured_on: number
}

/** The three methods for the pictures of a home; the first is what the others are held against. */
export type MethodComparison = {
  images: string
  model: string
  detail: string
  /** Different pictures. */
  pictures: number
  methods: ComparedMethod[]
}

const WEEKS = 52
/** From so many requests on a batch is worth its wait; below so many it is not. */
const WORTH_A_BATCH = 100
const FEW = 50

/**
 * The comparison as a table, with bars and what follows from it.
 *
 * @param show.width  of a line, in characters.
 */
export function formatComparison(
  comparison: MethodComparison,
  show: { table: FormatRows; width: number },
): string {
  const { images, model, detail, pictures, methods } = comparison
  const rows = withSavings(comparison)
  const table = show.table(
    [
      { title: 'method' },
      { title: 'per image', align: 'right' },
      { title: formatCountOf(pictures, 'picture'), align: 'right' },
      { title: 'saved', align: 'right' },
      { title: '', align: 'right' },
      { title: 'known from' },
    ],
    rows.map(({ saved_nano_usd: saved, saved_percent: percent, ...row }, at) => [
      methodInWords(row.method),
      formatUsd(row.per_image_nano_usd),
      formatUsd(row.cost_nano_usd),
      at === 0 ? '' : formatUsd(saved),
      at === 0 ? '' : `${percent.toFixed(1)} %`,
      basisInWords(row, pictures),
    ]),
  )
  const bars = methods.map(({ method, cost_nano_usd: value }) => ({
    ...{ label: methodInWords(method), value, text: formatUsd(value) },
  }))
  return [
    `${images}, ${model}, ${detail}:`,
    table,
    formatBars(bars, show.width),
    ...savings(rows.at(-1)!),
    bestPractice(pictures),
  ].join('\n')
}

/** The same as one object; costs are in billionths of a dollar. */
export function comparisonJson(comparison: MethodComparison): object {
  return { ...comparison, methods: withSavings(comparison) }
}

type WithSavings = ComparedMethod & {
  per_image_nano_usd: number
  saved_nano_usd: number
  saved_percent: number
}

function withSavings({ methods, pictures }: MethodComparison): WithSavings[] {
  const first = methods[0]!.cost_nano_usd
  return methods.map((method) => ({
    ...method,
    per_image_nano_usd: Math.round(method.cost_nano_usd / pictures),
    saved_nano_usd: first - method.cost_nano_usd,
    saved_percent: first === 0 ? 0 : (1 - method.cost_nano_usd / first) * 100,
  }))
}

function savings({ saved_nano_usd: saved, method }: WithSavings): string[] {
  if (saved <= 0) return []
  const yearly = formatUsd(saved * WEEKS)
  return [
    `${methodInWords(method)} saves ${formatUsd(saved)} a run; weekly for a year (${WEEKS} runs) that is ${yearly}.`,
  ]
}

/** What suits so many pictures. */
function bestPractice(pictures: number): string {
  if (pictures < FEW) {
    return `So few are answered one by one in a minute or two; a batch pays from ${WORTH_A_BATCH} on. --method auto decides so.`
  }
  if (pictures < WORTH_A_BATCH)
    return 'One by one if you are in a hurry, else in a batch; it takes up to a day.'
  if (pictures <= BATCH_API_LIMITS.requests)
    return 'In a batch, unless you are in a hurry; it takes up to a day.'
  const { requests, bytes } = BATCH_API_LIMITS
  return `In batches: one holds ${formatCount(requests)} requests and ${formatBytes(bytes)} at most, so parts are cut.`
}
