import { imageTokens } from '../data/catalogue/image-tokens.js'
import type { Detail, ModelRow } from '../data/catalogue/model-row.js'
import { formatUsd, priceOf } from '../data/catalogue/price.js'
import type { Lane } from '../data/schema/batch-tables.js'
import { formatBars } from './bar-chart.js'
import { methodInWords } from './method-words.js'
import { formatCount } from './numbers.js'
import { type FormatRows, formatTable } from './table.js'

/**
 * The comparison that this product grew out of: 7,988 pictures on gpt-4o-mini, asked three ways. Its token totals over all of
 * them give its published figures exactly. They counted 85 tokens a picture; the bill counts more (see `realRow`).
 */
export const PUBLISHED = {
  images: 7_988,
  model: 'gpt-4o-mini',
  methods: [
    { method: 'original/individual', lane: 'individual', inputTokens: 1_477_780, outputTokens: 239_640 },
    { method: 'compact/individual', lane: 'individual', inputTokens: 878_440, outputTokens: 119_820 },
    { method: 'compact/batch', lane: 'batch', inputTokens: 878_440, outputTokens: 119_820 },
  ],
} as const satisfies { images: number; model: string; methods: readonly Published[] }

/** `method`: profile and lane, as `compact/batch`. */
type Published = { method: string; lane: Lane; inputTokens: number; outputTokens: number }

/** Text of a request and its answer in tokens, a picture each; assumed until a home has measured its own. */
const ASSUMED = { original: { input: 900, output: 400 }, compact: { input: 150, output: 150 } }
const PICTURE = { width: 1_080, height: 1_350 }
const WEEKS = 52
const NANO_PER_USD = 1e9

/** What a method cost in all, and what it saved against the first, in nano-dollars. */
export type PublishedRow = {
  method: string
  costNanoUsd: number
  savedNanoUsd: number
  savedPercent: number
}

/** The published comparison at the prices of a model. On totals, as it was published: no request of it is on record. */
export function publishedRows(model: ModelRow): PublishedRow[] {
  const costs = PUBLISHED.methods.map(({ lane, inputTokens, outputTokens }) => {
    return priceOf(model, { inputTokens, cachedTokens: 0, outputTokens }, lane).costNanoUsd
  })
  return PUBLISHED.methods.map(({ method }, at) => ({
    method,
    costNanoUsd: costs[at]!,
    savedNanoUsd: costs[0]! - costs[at]!,
    savedPercent: (1 - costs[at]! / costs[0]!) * 100,
  }))
}

/** What the same pictures cost by the rule that the bill follows, in nano-dollars, request by request. */
export type RealRow = {
  model: string
  detail: Detail
  imageTokens: number
  costsNanoUsd: [number, number, number]
}

/** The three methods for the published pictures on a model, priced request by request; the text is assumed. */
export function realRow(model: ModelRow, detail: Detail): RealRow {
  const ofPicture = imageTokens(model.imageRule, PICTURE, detail)
  const cost = (profile: keyof typeof ASSUMED, lane: Lane): number => {
    const { input, output } = ASSUMED[profile]
    const usage = { inputTokens: ofPicture + input, cachedTokens: 0, outputTokens: output }
    return priceOf(model, usage, lane).costNanoUsd * PUBLISHED.images
  }
  return {
    ...{ model: model.id, detail, imageTokens: ofPicture },
    costsNanoUsd: [cost('original', 'individual'), cost('compact', 'individual'), cost('compact', 'batch')],
  }
}

/**
 * The published comparison, and beside it what the same pictures really cost.
 *
 * @param real  the models to show, the published one among them.
 * @param show.width  of a line, in characters.
 */
export function formatPublished(
  model: ModelRow,
  real: readonly RealRow[],
  { table = formatTable, width = Infinity }: { table?: FormatRows; width?: number } = {},
): string {
  const rows = publishedRows(model)
  const saved = rows.at(-1)!.savedNanoUsd
  const published = table(
    [
      { title: 'method' },
      { title: 'per image', align: 'right' },
      { title: `${formatCount(PUBLISHED.images)} images`, align: 'right' },
      { title: 'saved a run', align: 'right' },
      { title: 'saved', align: 'right' },
    ],
    rows.map(({ method, costNanoUsd, savedNanoUsd, savedPercent }) => [
      methodInWords(method),
      dollars(costNanoUsd / PUBLISHED.images, 6),
      dollars(costNanoUsd, 4),
      savedNanoUsd === 0 ? '' : dollars(savedNanoUsd, 4),
      savedNanoUsd === 0 ? '' : `${savedPercent.toFixed(1)} %`,
    ]),
  )
  const bars = rows.map(({ method, costNanoUsd }) => ({
    ...{ label: methodInWords(method), value: costNanoUsd, text: dollars(costNanoUsd, 4) },
  }))
  const really = table(
    [
      { title: 'model, detail' },
      { title: 'tokens a picture', align: 'right' },
      ...PUBLISHED.methods.map(({ method }) => ({ title: methodInWords(method), align: 'right' as const })),
    ],
    real.map(({ model: id, detail, imageTokens: tokens, costsNanoUsd }) => [
      `${id}, ${detail}`,
      formatCount(tokens),
      ...costsNanoUsd.map(formatUsd),
    ]),
  )
  return [
    `As published, computed from its token totals at the prices of ${model.id}:`,
    published,
    formatBars(bars, width),
    `A run in a batch saves ${dollars(saved, 4)}; weekly for a year that is ${formatUsd(saved * WEEKS)}.`,
    '',
    'What the same pictures (1080 x 1350) really cost, estimated:',
    really,
    'The published figures counted 85 tokens a picture. The bill follows the rule of the model: the same picture is a few hundred',
    'tokens on one and tens of thousands on another. Text is assumed: 900 tokens in and 400 out a picture (original), 150 and 150',
    '(compact). What your own pictures cost is measured: hemline cost.',
  ].join('\n')
}

/** The same as one object; costs are in billionths of a dollar. */
export function publishedJson(model: ModelRow, real: readonly RealRow[]): object {
  return {
    images: PUBLISHED.images,
    model: model.id,
    published: publishedRows(model).map(({ method, costNanoUsd, savedNanoUsd, savedPercent }) => ({
      ...{ method, cost_nano_usd: costNanoUsd, saved_nano_usd: savedNanoUsd, saved_percent: savedPercent },
    })),
    estimated: real.map(({ model: id, detail, imageTokens: tokens, costsNanoUsd }) => ({
      ...{ model: id, detail, image_tokens: tokens },
      costs: PUBLISHED.methods.map(({ method }, at) => ({ method, cost_nano_usd: costsNanoUsd[at] })),
    })),
  }
}

/** Dollars with a fixed number of decimals, as they were published. */
function dollars(nano: number, decimals: number): string {
  return `$${(nano / NANO_PER_USD).toFixed(decimals)}`
}
