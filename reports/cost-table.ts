import { formatUsd } from '../data/catalogue/price.js'
import type { BatchCharges, ChargeSum } from '../data/records/charges.js'
import { formatCount, formatCountOf } from './numbers.js'
import { type Column, formatTable } from './table.js'

const columns: Column[] = [
  { title: 'batch' },
  { title: 'model' },
  { title: 'requests', align: 'right' },
  { title: 'tokens in', align: 'right' },
  { title: 'cached', align: 'right' },
  { title: 'tokens out', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'per image', align: 'right' },
]

/** The base URL that stands for the embedded local server: it bills nobody. */
const LOCAL = 'local'

/**
 * What every batch cost, and all together, from the usage that the answers report. The local server's batches are priced
 * as its model would be, and are summed on a line of their own: nobody is billed for them.
 *
 * @param batches  oldest first; may be empty: then the sums are zero.
 * @param show.latest  show only so many of the last ones by themselves, and those before them as one row.
 * @param show.width  of a line, in characters.
 */
export function formatCost(
  batches: readonly BatchCharges[],
  { latest = Infinity, width }: { latest?: number; width?: number } = {},
): string {
  const shown = batches.slice(-latest)
  const earlier = batches.slice(0, batches.length - shown.length)
  const rows = shown.map((batch) => [batch.provider_batch_id, batch.model, ...figures(batch)])
  if (earlier.length > 0) {
    rows.unshift([
      formatCountOf(earlier.length, 'earlier batch', 'earlier batches'),
      '',
      ...figures(sum(earlier)),
    ])
  }
  const billed = batches.filter(({ base_url }) => base_url !== LOCAL)
  const local = batches.filter(({ base_url }) => base_url === LOCAL)
  if (billed.length > 0 || local.length === 0) rows.push(['billed in all', '', ...figures(sum(billed))])
  if (local.length > 0) rows.push(['local in all, not billed', '', ...figures(sum(local))])
  const notes = local.length > 0 ? [NOT_BILLED] : []
  return [formatTable(columns, rows, width), ...notes].join('\n')
}

const NOT_BILLED =
  'The local server bills nobody: its cost is what the model would have charged for the same tokens.'

/** The same as one object; `cost_nano_usd` is in billionths of a dollar. */
export function costJson(batches: readonly BatchCharges[]): object {
  const isLocal = ({ base_url }: BatchCharges): boolean => base_url === LOCAL
  return {
    billed: sum(batches.filter((batch) => !isLocal(batch))),
    local: sum(batches.filter(isLocal)),
    batches: batches.map(({ provider_batch_id: batch, base_url, ...rest }) => ({ batch, base_url, ...rest })),
  }
}

/** The sum over batches; zeros for none. */
function sum(charges: readonly ChargeSum[]): ChargeSum {
  const total: ChargeSum = {
    requests: 0,
    input_tokens: 0,
    cached_tokens: 0,
    output_tokens: 0,
    cost_nano_usd: 0,
  }
  for (const charge of charges) {
    for (const name of Object.keys(total) as (keyof ChargeSum)[]) total[name] += charge[name]
  }
  return total
}

function figures(charge: ChargeSum): string[] {
  return [
    formatCount(charge.requests),
    formatCount(charge.input_tokens),
    formatCount(charge.cached_tokens),
    formatCount(charge.output_tokens),
    formatUsd(charge.cost_nano_usd),
    charge.requests === 0 ? '' : formatUsd(Math.round(charge.cost_nano_usd / charge.requests)),
  ]
}
